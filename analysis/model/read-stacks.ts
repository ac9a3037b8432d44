import type { Assembly, FileReader, NestedIn, Stack, Template } from './assembly';
import { DIGITS, WORDS } from './alphabet';
import { textOf } from './compose-text';
import { at, isObject } from './json';
import { partitionOf } from './pseudo-parameters';
import type { Text } from './text';

/** A stack as plain data: from an assembly directory, a template file, or a construct tree. */
export interface StackData {
  /** Construct path of the stack; for a nested stack the id of its parent, `/` and the logical id. */
  readonly id: string;
  /** Name of the deployed stack, if known. */
  readonly stackName?: string;
  /** Account of the stack, unless it is decided at deployment. */
  readonly account?: string;
  /** Region of the stack, unless it is decided at deployment. */
  readonly region?: string;
  readonly template: unknown;
  readonly templatePath?: string;
  readonly nestedIn?: { readonly sourceId: string; readonly logicalId: string };
  readonly constructPathOf?: (logicalId: string) => string | undefined;
}

/** A stack that another one nests: it has the account and Region of that one. */
export function nestedStack(parent: StackData, logicalId: string, templatePath: string, template: unknown): StackData {
  const { id, account, region } = parent;
  return { id: `${id}/${logicalId}`, account, region, template, templatePath, nestedIn: { sourceId: id, logicalId } };
}

const NO_FILES: FileReader = { read: () => undefined };

/** All stacks without a known account or Region have the same one in an assembly. */
const UNKNOWN_ACCOUNT: Text = [{ kind: 'pseudo', key: 'AWS::AccountId', excludes: DIGITS }];
const UNKNOWN_REGION: Text = [{ kind: 'pseudo', key: 'AWS::Region', excludes: WORDS }];

/** An assembly from plain data. A template that isn't an object counts as empty. */
export function assemblyOf(stacks: readonly StackData[], files: FileReader = NO_FILES): Assembly {
  return { stacks: stacks.map(stackOf), files };
}

function stackOf(data: StackData): Stack {
  const template: Template = isObject(data.template) ? data.template : {};
  const region = data.region === undefined ? UNKNOWN_REGION : textOf(data.region);
  const nestedIn: NestedIn | undefined = data.nestedIn && {
    stack: data.nestedIn.sourceId,
    logicalId: data.nestedIn.logicalId,
  };
  return {
    id: data.id,
    name: data.stackName === undefined ? undefined : textOf(data.stackName),
    account: data.account === undefined ? UNKNOWN_ACCOUNT : textOf(data.account),
    region,
    partition: partitionOf(region),
    template,
    templatePath: data.templatePath,
    nestedIn,
    constructPathOf: (logicalId) => pathInTemplate(template, logicalId) ?? data.constructPathOf?.(logicalId),
  };
}

/** The construct path that the CDK CLI has written into the template. */
function pathInTemplate(template: Template, logicalId: string): string | undefined {
  const written = at(template, 'Resources', logicalId, 'Metadata', 'aws:cdk:path');
  return typeof written === 'string' ? written : undefined;
}

import { createTwoFilesPatch } from 'diff';
import type { Resource } from '../../../analysis/model/assembly';
import { concreteValue } from '../../../analysis/model/concrete-value';
import type { TemplateModel } from '../../../analysis/model/template-model';
import type { AccountClients } from './clients';
import { normalizedPolicy, normalizedValue } from './policy-document';

/** One part of a resource, in the template and in the account. */
export interface Comparison {
  readonly resource: Resource;
  /** The compared part, such as `trust policy`. */
  readonly what: string;
  readonly expected: unknown;
  readonly deployed: unknown;
  /** Set for a policy document: IAM Access Analyzer can check whether the difference grants more. */
  readonly policy?: 'IDENTITY_POLICY' | 'RESOURCE_POLICY';
}

/** Reads the deployed resources of some types. */
export interface AccountReader {
  /** Types of resources that it compares. */
  readonly types: readonly string[];
  /** Types that it reads together with them, so that they aren't reported as not compared. */
  readonly alongside?: readonly string[];
  /** The IAM actions that it calls, all of which only read. */
  readonly permissions: readonly string[];
  /** @throws Error of an AWS client when the account can't be read */
  read(resource: Resource, account: Account): Promise<Comparison[]>;
}

/** The account that the assembly is deployed to. */
export interface Account {
  readonly model: TemplateModel;
  readonly clients: AccountClients;
  /** Physical id of a resource; undefined when it isn't deployed. */
  readonly physicalId: (resource: Resource) => string | undefined;
}

/**
 * A property of a template with the values of the deployment.
 *
 * @throws Error when it can't be resolved from the template
 */
export function property(resource: Resource, name: string): unknown {
  return concreteValue(resource.properties.at(name));
}

/** A property that is a list of strings, or one string. */
export function textList(resource: Resource, name: string): string[] {
  const value = property(resource, name);
  return value === undefined ? [] : ((Array.isArray(value) ? value : [value]) as string[]);
}

/** Compares two policy documents. */
export function policies(
  resource: Resource,
  what: string,
  expected: unknown,
  deployed: unknown,
  policy: NonNullable<Comparison['policy']>,
): Comparison {
  return { resource, what, expected: normalizedPolicy(expected), deployed: normalizedPolicy(deployed), policy };
}

/** Compares two values, ignoring the order of lists. */
export function values(resource: Resource, what: string, expected: unknown, deployed: unknown): Comparison {
  return { resource, what, expected: normalizedValue(expected), deployed: normalizedValue(deployed) };
}

/** The differing lines; undefined if there are none. */
export function difference({ what, expected, deployed }: Comparison): string | undefined {
  const [before, after] = [expected, deployed].map((value) => text(value));
  if (before === after) return undefined;
  return createTwoFilesPatch(`${what} (template)`, `${what} (account)`, before, after, '', '', { context: 2 })
    .split('\n')
    .slice(1)
    .join('\n');
}

const text = (value: unknown): string => (value === undefined ? 'none\n' : `${JSON.stringify(value, undefined, 2)}\n`);

/** Whether a client's error means that the resource doesn't exist. */
export async function orNone<T>(call: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (problem) {
    if (names.includes((problem as Error).name)) return undefined;
    throw problem;
  }
}

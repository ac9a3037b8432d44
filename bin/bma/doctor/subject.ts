import { type Agent, agents } from '../../../analysis/model/agents';
import { statementsFor } from '../../../analysis/model/statements-for';
import type { Assembly, Resource } from '../../../analysis/model/assembly';
import { literalOf } from '../../../analysis/model/compose-text';
import { inPlace } from '../../../analysis/model/deployed';
import { TemplateModel } from '../../../analysis/model/template-model';
import { knownText } from '../../../analysis/policy/operators';
import type { DeployedAssembly } from '../verify/deployed-assembly';
import { type BuiltImage, type Bootstrap, readManifests } from './manifests';

/** The agents to check, from their templates and from their account. */
export interface Subject {
  /** Names of the stacks. */
  readonly stacks: readonly string[];
  readonly agents: readonly SubjectAgent[];
  readonly deployed?: DeployedAssembly;
  /** How the stacks are deployed. Empty without an assembly. */
  readonly bootstraps: readonly Bootstrap[];
  /** Images that `cdk deploy` builds on this machine. */
  readonly builtImages: readonly BuiltImage[];
  /** Full names of the endpoint services of the network. */
  readonly endpointServices: readonly string[];
  /** Known ids of the models that session roles can call. */
  readonly models: readonly string[];
  readonly makesTrail: boolean;
  /** VPCs and Runtimes that are not deployed yet. */
  readonly newVpcs: number;
  readonly newRuntimes: number;
}

/** One agent. */
export interface SubjectAgent {
  readonly name: string;
  /** The image as its template names it. */
  readonly containerUri?: string;
  /** Undefined if it isn't deployed. */
  readonly deployed?: { readonly agent: Agent; readonly runtimeId: string };
}

/** The account and Region of the stacks. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** The subject of the checks, from its templates. */
export interface SubjectTemplates {
  readonly assembly: Assembly;
  /** The templates for the account and Region, with made-up names. */
  readonly model: TemplateModel;
  readonly place: Place;
  /** Directory of the assembly; undefined if the templates come from the account. */
  readonly directory?: string;
}

export function templatesOf(assembly: Assembly, place: Place, directory?: string): SubjectTemplates {
  return { assembly, place, directory, model: new TemplateModel(inPlace(assembly, place)) };
}

/** The subject of the checks. @param deployed undefined if the account isn't known or can't be read */
export function subjectOf(templates: SubjectTemplates, deployed?: DeployedAssembly): Subject {
  const { assembly, place, directory, model } = templates;
  const present = deployed === undefined ? [] : agents(deployed.model);
  const isNew = (resource: Resource) => {
    const id = deployed?.model.resources.find((each) => each.id === resource.id);
    return id === undefined || deployed?.physicalId(id) === undefined;
  };
  const all = agents(model);
  const manifests = directory === undefined ? { bootstraps: [], builtImages: [] } : readManifests(directory, place);
  return {
    stacks: assembly.stacks.filter(({ nestedIn }) => !nestedIn).map(({ id, name }) => literalOf(name ?? []) ?? id),
    agents: all.map((agent): SubjectAgent => {
      const twin = present.find(({ runtime }) => runtime.id === agent.runtime.id);
      const runtimeId = twin && deployed?.physicalId(twin.runtime);
      return {
        name: text(agent.runtime, agent.kind.chosenName) ?? agent.runtime.constructPath ?? agent.runtime.logicalId,
        containerUri: text(agent.runtime, ...agent.kind.image),
        ...(twin && runtimeId !== undefined ? { deployed: { agent: twin, runtimeId } } : {}),
      };
    }),
    deployed,
    ...manifests,
    endpointServices: distinct(
      model.ofType('AWS::EC2::VPCEndpoint').flatMap((each) => text(each, 'ServiceName') ?? []),
    ),
    models: distinct(all.flatMap(modelsOf)),
    makesTrail: model.ofType('AWS::CloudTrail::Trail').some(isNew),
    newVpcs: model.ofType('AWS::EC2::VPC').filter(isNew).length,
    newRuntimes: all.filter(({ runtime }) => isNew(runtime)).length,
  };
}

/** Ids of the models that an agent can call. Patterns are omitted, because they contain no id. */
function modelsOf({ sessionRoles }: Agent): string[] {
  return sessionRoles
    .flatMap((role) => statementsFor(role, 'bedrock-mantle:CreateInference'))
    .flatMap(({ conditions }) => conditions.filter(({ key }) => key === 'bedrock-mantle:model'))
    .flatMap(({ values }) => values.map(({ value }) => knownText(value)))
    .filter((id): id is string => id !== undefined && !/[*?]/.test(id));
}

/** A property that is a known string. */
export function text({ properties }: Resource, ...path: readonly string[]): string | undefined {
  const texts = properties.at(...path).flatMap((node) => node.texts());
  return texts.length === 1 ? literalOf(texts[0].value) : undefined;
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

import { computeKindOf } from '../../lib/facts/compute-kinds';
import { classify } from '../facts/action-classes';
import { levelOf } from '../facts/actions';
import { isCustomResource } from '../facts/custom-resources';
import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { identities, type Identity } from '../model/identities';
import { handedTo } from '../model/handed-to';
import { mentionsOf } from '../model/mentions';
import { reach } from '../model/reach';
import { remembered } from '../model/remembered';
import { stateMachines } from '../model/state-machine';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { givenTexts, writtenCalls, writtenChanges } from '../model/written-calls';
import { type AgentRole, agentRoles, covering } from './agent-roles';
import { literalNames, namesARole, serviceTokens } from './mentioned';
import { isOfLibrary } from './permissions';
import { CHANGES_ROLES } from './strength';
import type { Unread } from './unread';
import { unknownUse } from './unread-roles';

/** Actions that add permissions to a role, or let others assume it. */
const ROLE_EXPANSIONS = ['iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:UpdateAssumeRolePolicy'];

/**
 * Notes resources that name a role of an agent, and that run under a role that may change it, invoke something that does,
 * or name such a role, too: a custom resource (by its function), a schedule, an instance (by its profile), an automation
 * (by its parameters). The template doesn't say which policy they add. A state machine whose definition can't be read
 * needs no name in the template: the policy of its role names the role of the agent.
 */
export function noteRoleChanges(model: TemplateModel, unread: Unread): void {
  const known = identities(model);
  const own = agentRoles(model).filter(({ identity }) => identity.resource !== undefined);
  const changed = new Map<Identity, AgentRole[]>();
  const changedBy = (worker: Identity): AgentRole[] =>
    remembered(changed, worker, () => {
      const actions = ROLE_EXPANSIONS.filter((action) =>
        covering(worker, action).some((statement) => !isOfLibrary(action, statement)),
      );
      const byPolicyOfAws = worker.outside.some(({ value }) => CHANGES_ROLES.test(literalOf(value) ?? ''));
      return own.filter(
        ({ identity }) =>
          identity !== worker &&
          (byPolicyOfAws || actions.some((action) => known.may(worker, action, identity.arn).verdict !== 'no')),
      );
    });
  const changers = new Set(known.all.filter((each) => changedBy(each).length > 0));
  if (changers.size === 0) {
    return;
  }
  for (const worker of changers) {
    const isNamedBy = ({ identity }: AgentRole) =>
      ROLE_EXPANSIONS.flatMap((action) => covering(worker, action)).some(({ resources }) =>
        resources.patterns.some(({ value }) => model.mentioned(value).includes(identity.resource!)),
      );
    const subjects = new Set(
      changedBy(worker)
        .filter(isNamedBy)
        .flatMap((role) => role.subjects),
    );
    for (const { resource, unreadable } of subjects.size > 0 ? stateMachines(model) : []) {
      if (unreadable && worker.runs.some((run) => run.resource === resource)) {
        subjects.forEach((subject) => unread.note(subject, undefined, unreadable));
      }
    }
  }
  const workers = new Map<Resource, readonly Identity[]>();
  const ownIds = new Set(agentRoles(model).map(({ identity }) => identity.id));
  /**
   * The changers that a resource is, works under, or makes work through other resources: a provider and its handler. What
   * an agent can become or drive is judged as its own.
   */
  const behind = (resource: Resource): readonly Identity[] =>
    remembered(workers, resource, () =>
      [
        resource.id,
        ...reach(model)
          .from(resource.id)
          .filter(({ edges }) => !edges.some(({ from }) => ownIds.has(from)))
          .map(({ end }) => end),
      ]
        .flatMap((id) => known.byName(id) ?? [])
        .filter((identity) => changers.has(identity)),
    );
  const names = new Map(own.map(({ identity }) => [identity, literalNames(identity)]));
  const hasNames = [...names.values()].some((each) => each.length > 0);
  const namedIn = (resource: Resource): AgentRole[] => {
    const mentioned = new Set(mentionsOf(model, resource).map((mention) => mention.resource));
    const text = hasNames ? JSON.stringify(resource.raw) : '';
    return own.filter(
      ({ identity }) => mentioned.has(identity.resource!) || names.get(identity)!.some((name) => text.includes(name)),
    );
  };
  // MA-STO1 reports calls of schedules and state machines, which are in the template. The calls of a function aren't.
  const written = new Set(writtenChanges(model).map(({ maker }) => maker));
  for (const resource of model.resources) {
    const isCustom = isCustomResource(resource.type);
    if ((written.has(resource) && !isCustom) || isIdentity(resource) || computeKindOf(resource.type)) {
      continue;
    }
    const named = namedIn(resource);
    if (named.length === 0) {
      continue;
    }
    const under = isCustom
      ? serviceTokens(resource)
          .flatMap((token) => model.mentioned(token))
          .flatMap((each) => [each, ...handedTo(model, each)])
      : [resource, ...handedTo(model, resource).filter(({ type }) => !computeKindOf(type))];
    const changed = new Set(under.flatMap(behind).flatMap(changedBy));
    const subjects = named.filter((role) => changed.has(role)).flatMap((role) => role.subjects);
    new Set(subjects).forEach((subject) => unread.note(subject, undefined, unknownUse(resource)));
  }
}

/** Policies and roles are judged by what they allow, and an instance profile only contains a role. */
const isIdentity = ({ type }: Resource): boolean => /^AWS::IAM::/.test(type);

/** The service of agents gets their roles to run them. */
const OF_AGENTS = /^bedrock-(?:mantle|agentcore):/;

/** Targets that only store or pass on what they get. */
const KEEPS_ONLY = /^arn:[^:]*:(?:sns|sqs|logs|kinesis|firehose|events):/;

/** Properties of targets and pipes that aren't sent to the target. */
const NOT_TOLD: ReadonlySet<string> = new Set([
  'DeadLetterConfig',
  'Description',
  'RoleArn',
  'Source',
  'SourceParameters',
  'Tags',
]);

/**
 * Notes what sends the name of an agent's role to something outside of the app: the calls of schedules and state machines,
 * and the targets of rules and pipes. For example, an automation that attaches a policy to the role in its parameters isn't
 * in the template.
 */
export function noteToldRoles(model: TemplateModel, unread: Unread): void {
  const roles = agentRoles(model).filter(({ identity }) => identity.resource !== undefined);
  const note = (maker: Resource, texts: readonly Text[]) => {
    const named = new Set(texts.flatMap((value) => model.mentioned(value)));
    if ([...named].some((each) => !isIdentity(each))) {
      return; // The target is in the app: noteRoleChanges judges the role that it runs under.
    }
    const literals = texts.map(literalOf);
    roles
      .filter(({ identity }) => named.has(identity.resource!) || namesARole(model, literals, [identity]))
      .flatMap((role) => role.subjects)
      .forEach((subject) => unread.note(subject, undefined, unknownUse(maker)));
  };
  const changes = new Set(writtenChanges(model).map(({ maker }) => maker));
  for (const { action, given, maker } of writtenCalls(model)) {
    if (!OF_AGENTS.test(action) && !isOfData(action) && !changes.has(maker)) {
      note(
        maker,
        givenTexts(given).map(({ value }) => value),
      );
    }
  }
  for (const sender of model.ofType('AWS::Events::Rule', 'AWS::Pipes::Pipe', 'AWS::Scheduler::Schedule')) {
    const { type, properties } = sender;
    const targets =
      type === 'AWS::Pipes::Pipe' ? [properties] : [...properties.at('Targets'), ...properties.at('Target')];
    for (const target of targets.flatMap((list) => list.items())) {
      const told = target.entries().filter(([name]) => !NOT_TOLD.has(name));
      const texts = givenTexts(told.map(([, node]) => node)).map(({ value }) => value);
      const arns = texts.flatMap((value) => literalOf(value) ?? []).filter((text) => text.startsWith('arn:'));
      const isCall = arns.some((arn) => UNIVERSAL_TARGET.test(arn));
      if (!isCall && (arns.length === 0 || !arns.every((arn) => KEEPS_ONLY.test(arn)))) {
        note(sender, texts);
      }
    }
  }
}

/** A call of EventBridge Scheduler, which is one of the written calls. */
const UNIVERSAL_TARGET = /^arn:[^:]*:scheduler:::aws-sdk:/;

/** Actions that only read, or read and write data. They don't change roles. */
function isOfData(action: string): boolean {
  const kinds = classify(action).map((each) => each.class);
  return (
    /^(?:read|list|tagging)$/.test(levelOf(action) ?? '') ||
    (kinds.length > 0 && kinds.every((kind) => kind === 'data-read' || kind === 'data-write'))
  );
}

import { entryTypeOf } from '../facts/entry-types';
import { agents } from '../model/agents';
import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import type { Edge } from '../model/edge';
import { isGeneralPermission } from '../model/general-permission';
import { identities } from '../model/identities';
import { leadingToAgents } from '../model/leading';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { type Path, reach } from '../model/reach';
import { canPass } from '../model/taken';
import { literalsAt, valuesAt } from '../model/values-at';
import { admitted } from '../policy/admitted';
import { limitsToSignedIn, limitsUsers } from '../policy/federation';
import { type Limit, limitsOf } from '../policy/limits';
import type { Statement } from '../policy/statement';
import type { Finding } from './finding';
import { leavesItToOrigin, openingOf } from './open-entries';
import { LISTENING } from './open-ports';
import { isOfOpenUrl, isOpenedElsewhere } from './opened-elsewhere';
import { rule, type RuleContext } from './rule';
import { managedPolicies } from './managed-policy-entries';
import { placeAt } from './setting';
import { signsInEverybody } from './sign-up';
import { verifiesSignatures } from './signatures';

const OUTSIDE = /^(?:everybody$|outside |service |federated )/;

/** Limits that name the account or resource that a service acts for. */
const OF_A_SOURCE: ReadonlySet<string> = new Set(['source', 'account', 'organization', 'principal']);

/**
 * Services that call only functions of their own account: a target group and its function are in the same account.
 * Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html ("Limits")
 */
const OF_THE_SAME_ACCOUNT: ReadonlySet<string> = new Set(['elasticloadbalancing.amazonaws.com']);

/** Kinds of entries that pass their input on unchanged. */
const PASSES_ON: ReadonlySet<string> = new Set(['alias', 'mapping', 'public']);

/** Types that aren't public but that others can trigger. */
const OPEN_TO_OTHERS: ReadonlySet<string> = new Set([
  'AWS::BedrockAgentCore::Harness',
  'AWS::CodeBuild::Project',
  'AWS::Lambda::EventSourceMapping',
  'AWS::MSK::Cluster',
  'AWS::Pipes::Pipe',
  ...LISTENING,
]);

/** Properties of a resource of AWS SAM that write out entries. */
const EVENTS = ['Events', 'FunctionUrlConfig'];

const hasEvents = ({ type, properties }: Resource): boolean =>
  !/::(?:Function|StateMachine)$/.test(type) || EVENTS.some((name) => properties.at(name).length > 0);

type Leading = ReadonlyMap<string, Path>;

/** No caller from the internet or another account starts turns without being verified. */
export const MA_TRG3 = rule({
  id: 'MA-TRG3',
  family: 'trigger',
  severity: 'fatal',
  subject: 'entry that leads to an agent',
  what: 'Every entry that leads to an agent (function URL, API, load balancer, e-mail, device, permission, policy of a queue, topic or bus) has a known authorization, or its function reads the one secret that signatures are checked with; services are limited to a source, and other accounts are declared.',
  why: 'Anyone who finds an open entry can write prompts for an agent that acts with permissions of the account.',
  fix: 'Set AuthType AWS_IAM or an authorizer, limit a service by SourceArn or SourceAccount, declare another account with Declaration.principal, or use GitHubWebhook, which verifies the signature of every delivery',
  page: 'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  controls: { nist: ['AC-3', 'AC-17', 'IA-3', 'SC-7'], iso: ['A.5.15', 'A.8.5', 'A.8.26'], soc2: ['CC6.1', 'CC6.6'] },
  *check(context) {
    const { model } = context;
    const leading = leadingToAgents(model);
    for (const [id, path] of leading) {
      const resource = model.resource(id);
      const kind = resource && entryTypeOf(resource.type)?.kind;
      if (resource && (kind === 'public' || OPEN_TO_OTHERS.has(resource.type))) {
        yield* judgeEntry(context, resource, path, leading);
      } else if (resource && kind === 'macro' && (!generalStep(model, path) || hasEvents(resource))) {
        const hint = `${resource.logicalId} is written by a transform`;
        // The same part that the model has for a resource of AWS SAM, so that it is reported once.
        const part = model.unreadable(`${resource.id}@Type`, { origin: placeAt(resource), reason: 'transform', hint });
        context.unread(path.end, resource, part);
      }
      yield* judgeWhoIsLetIn(context, id, path, leading);
    }
    yield* managedPolicies(context.model, leading);
  },
});

function* judgeEntry(context: RuleContext, entry: Resource, path: Path, leading: Leading): Iterable<Finding> {
  const { model, unread } = context;
  const opening = openingOf(entry, model);
  const leads = (id: string) => leading.has(id);
  if (!opening || isDecidedLater(context, entry, leading) || isOpenedElsewhere(entry, model, leads)) {
    return;
  }
  if (opening.how === 'unread') {
    unread(path.end, entry, ...(opening.nodes ?? []).flatMap((node) => node.unreadable ?? []));
    opening.nodes?.forEach((node) => node.texts().forEach(({ value }) => unread(path.end, entry, value)));
    return;
  }
  yield {
    at: placeAt(entry, ...opening.path),
    subject: entry.id,
    says: `${opening.says}, ${/^Everybody/.test(opening.says) ? 'which' : 'and'} leads to an agent${byPermission(model, path)}`,
    severity: opening.how === 'open' && !generalStep(model, path) ? 'fatal' : 'error',
    certainty: path.certainty,
    when: entry.guard.and(path.guard),
  };
}

/**
 * The step of a path that exists only because of a permission that doesn't name the agent. Then the code of the app
 * decides whether its callers reach the agent, which a reviewer can acknowledge.
 */
function generalStep(model: TemplateModel, { end, edges }: Path): Edge | undefined {
  const agent = agents(model).find(({ id }) => id === end);
  return agent && edges.find((edge) => isGeneralPermission(agent, edge));
}

/** How a path gets to an agent, if nobody sees that from the resources: `, by the permission of Role on *`. */
function byPermission(model: TemplateModel, path: Path): string {
  const step = generalStep(model, path);
  const holder = step && (identities(model).byName(step.from)?.resource?.logicalId ?? step.from);
  return step
    ? ` by the permission of ${holder} on ${step.resources ? printed(step.resources) : 'other resources'}`
    : '';
}

/** Whether everything behind an entry that leads to an agent verifies its input, or is judged as an entry itself. */
function isDecidedLater({ model }: RuleContext, entry: Resource, leading: Leading): boolean {
  const seen = new Set([entry.id]);
  const behind = [entry.id];
  let ends = 0;
  for (const node of behind) {
    for (const { to } of reach(model).outOf(node)) {
      if (seen.has(to) || !leading.has(to)) {
        continue;
      }
      seen.add(to);
      const resource = model.resource(to);
      const kind = resource && entryTypeOf(resource.type)?.kind;
      const isJudged = kind === 'public' && leavesItToOrigin(entry, model);
      if (resource && (isJudged || verifiesSignatures(model, resource))) {
        ends += 1;
      } else if (kind !== undefined && PASSES_ON.has(kind)) {
        behind.push(to);
      } else {
        return false;
      }
    }
  }
  return ends > 0;
}

function* judgeWhoIsLetIn(context: RuleContext, id: string, path: Path, leading: Leading): Iterable<Finding> {
  const { model } = context;
  const judged = new Set<Statement>();
  const onward = reach(model)
    .outOf(id)
    .filter(({ to }) => leading.has(to));
  for (const edge of reach(model).intoNode(id)) {
    const { from, because } = edge;
    // A statement on a bus may limit the source of events to one that no rule of an agent takes.
    const isTaken = () => onward.length === 0 || onward.some((out) => canPass(model, edge, out));
    if (!OUTSIDE.test(from) || !('effect' in because) || !isTaken()) {
      continue;
    }
    const target = model.resource(id);
    if (from === 'everybody' && target && isOfOpenUrl(because, target, model, (each) => leading.has(each))) {
      continue;
    }
    // A statement is judged once for all principals, except services and identity providers, which are judged one by
    // one.
    const isOne = /^(?:service|federated) /.test(from);
    if (isOne || !judged.has(because)) {
      yield* judgeStatement(context, edge, because, path);
    }
    if (!isOne) {
      judged.add(because);
    }
  }
}

function* judgeStatement(context: RuleContext, edge: Edge, statement: Statement, path: Path): Iterable<Finding> {
  const { model, declared, unread } = context;
  const target = model.resource(edge.to);
  statement.unreadable.forEach((each) => unread(path.end, statement, each));
  // Methods with an authorizer or without authorization are judged themselves. With IAM, the policy of the API says who
  // else may call it.
  if (statement.effect !== 'Allow' || (target?.type === 'AWS::ApiGateway::RestApi' && !hasIamMethod(model, target))) {
    return;
  }
  const finding = (says: string, severity: 'fatal' | 'error'): Finding => ({
    at: statement,
    subject: `${edge.to} ${edge.from}`,
    says,
    severity,
    certainty: edge.certainty === 'yes' ? path.certainty : 'maybe',
    when: edge.guard.and(path.guard),
  });
  const name = target?.logicalId ?? edge.to.replace(/^default bus .*/, 'the default bus');
  if (edge.from.startsWith('service ')) {
    // The trust policy of a role names the service that runs under it; AWS sets no source for most of them.
    if (edge.kind === 'assumes') {
      return;
    }
    const service = edge.from.slice('service '.length);
    const isOfTheAccount = OF_THE_SAME_ACCOUNT.has(service) && statement.holder.type === 'AWS::Lambda::Permission';
    if (!isOfTheAccount && !limitsOf(statement).some((limit) => limitsTheSource(model, limit))) {
      yield finding(
        `${service} may use ${name}, which leads to an agent${byPermission(model, path)}, on behalf of any account`,
        'error',
      );
    }
    for (const { who, kind, name: other } of admitted(model, statement)) {
      if (who === 'another account' && !declared.principal(kind, other, statement.holder)) {
        yield finding(
          `${service} may use ${name}, which leads to an agent, on behalf of ${printed(other)}, which is not of this account`,
          'error',
        );
      }
    }
    return;
  }
  if (edge.from.startsWith('federated ')) {
    const isSaml = edge.from.includes(':saml-provider/');
    if (!isSaml && !isLimitedFederation(model, statement) && !isDeclared(context, statement, edge.from)) {
      yield finding(
        `Every user of ${edge.from.slice('federated '.length)} may become ${name}, which leads to an agent`,
        'error',
      );
    }
    return;
  }
  if (target && verifiesSignatures(model, behindAlias(model, target))) {
    return;
  }
  const others = admitted(model, statement).filter(({ kind }) => kind !== 'Federated');
  for (const { who, kind, name: other } of others) {
    const holders = [statement.holder, ...(target ? [target] : [])];
    if (who === 'unread') {
      unread(path.end, statement, other);
    } else if (!holders.some((holder) => declared.principal(kind, other, holder))) {
      yield who === 'everybody'
        ? finding(`Everybody may use ${name}, which leads to an agent`, 'fatal')
        : finding(`${printed(other)}, which is not of this account, may use ${name}, which leads to an agent`, 'error');
    }
  }
}

/**
 * Whether a condition names the account or resource that a service acts for. The ARN of a bucket has no account, so its
 * name may belong to anybody.
 */
function limitsTheSource(model: TemplateModel, { kind, condition }: Limit): boolean {
  return (
    OF_A_SOURCE.has(kind) &&
    condition.values.every(({ value }) => !/^arn:[^:]*:s3:::/.test(literalOf(value) ?? '') || isOfTheApp(model, value))
  );
}

const isOfTheApp = (model: TemplateModel, name: Text): boolean => model.named(name).length > 0;

function hasIamMethod(model: TemplateModel, api: Resource): boolean {
  return model.ofType('AWS::ApiGateway::Method').some(
    ({ properties }) =>
      literalsAt(properties, 'AuthorizationType').includes('AWS_IAM') &&
      valuesAt(properties, 'RestApiId')
        .flatMap((node) => node.texts())
        .some(({ value }) => model.mentioned(value).includes(api)),
  );
}

function isDeclared({ declared }: RuleContext, statement: Statement, from: string): boolean {
  return (
    statement.principals !== 'attached' &&
    statement.principals.some(
      ({ kind, name }) =>
        from === `federated ${printed(name.value)}` && declared.principal(kind, name.value, statement.holder),
    )
  );
}

/** Whether the condition of a trust policy limits the users of a provider, and not everybody can be one of them. */
function isLimitedFederation(model: TemplateModel, statement: Statement): boolean {
  const isOfEverybody = statement.conditions
    .filter(({ key }) => key.endsWith(':aud'))
    .flatMap(({ values }) => values.flatMap(({ value }) => model.mentioned(value)))
    .some((pool) => signsInEverybody(pool, model));
  return limitsUsers(model, statement) || (!isOfEverybody && limitsToSignedIn(statement));
}

/** The function of an alias or a version. */
function behindAlias(model: TemplateModel, resource: Resource): Resource {
  const next = reach(model)
    .from(resource.id, ['is'])
    .flatMap(({ end }) => model.resource(end) ?? [])
    .find(({ type }) => type === 'AWS::Lambda::Function');
  return resource.type === 'AWS::Lambda::Function' ? resource : (next ?? resource);
}

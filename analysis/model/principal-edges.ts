import { classify } from '../facts/action-classes';
import { entryTypeOf } from '../facts/entry-types';
import { knownText } from '../policy/operators';
import { overlap } from '../policy/pattern';
import { accountOf } from '../policy/request';
import type { Principal, Statement } from '../policy/statement';
import { edgeKindOf } from './action-edges';
import { canMeet, hasAskedTags } from './caller-limits';
import { literalOf, textKey } from './compose-text';
import { defaultBusNode } from './default-bus';
import type { Edge, EdgeKind, NodeId } from './edge';
import { identities, type Identity } from './identities';
import type { Model } from './model';
import { printed } from './printed-text';
import type { Resource } from './assembly';
import { resourcePolicies, type ResourcePolicy, type Target } from './resource-policies';
import type { Text } from './text';

/**
 * The edges from the principals in trust policies and resource policies: services, other accounts, identity providers,
 * everybody. For identities of the assembly, such a statement is a permission.
 */
export function principalEdges(model: Model): readonly Edge[] {
  return model.view(collect);
}

function collect(model: Model): Edge[] {
  const trusting = identities(model).all.flatMap((role) =>
    role.trust.flatMap((statement) => [
      ...edgesTo(model, role.id, 'assumes', statement, role.account),
      ...(statement.effect === 'Deny' || statement.principals === 'attached' ? [] : statement.principals)
        .filter(({ kind, except }) => kind === 'AWS' && !except)
        .flatMap((principal) => assumingIdentities(model, principal, statement, role)),
    ]),
  );
  const started = resourcePolicies(model).flatMap(({ holder, targets, statements }) => {
    const starting = statements.filter(startsSomething).filter((statement) => isInForce(model, statement, targets));
    return targets.filter(isWholeTarget).flatMap(({ resource, text }) => {
      const entry = entryTypeOf(resource?.type ?? 'AWS::Events::EventBus');
      const kind = entry?.kind === 'holder' ? 'sends to' : 'starts';
      const node = resource?.id ?? defaultBusNode(text.value);
      return entry ? starting.flatMap((statement) => edgesTo(model, node, kind, statement, holder.stack.account)) : [];
    });
  });
  return [...trusting, ...started, ...resourcePolicies(model).flatMap((policy) => sourceEdges(model, policy))];
}

/** A resource of the app that a permission of a function names as its source invokes the function. */
function sourceEdges(model: Model, { targets, statements }: ResourcePolicy): Edge[] {
  const functions = targets.flatMap(({ resource }) => (resource?.type === 'AWS::Lambda::Function' ? [resource] : []));
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((statement) =>
      statement.conditions
        .filter(({ key, test }) => key === 'aws:sourcearn' && !test.includes('not'))
        .flatMap(({ values }) => values)
        .flatMap(({ value, guard }) =>
          model
            .mentioned(value)
            .filter(({ type }) => entryTypeOf(type) !== undefined)
            .flatMap(({ id }) =>
              functions.map((target): Edge => {
                const both = statement.guard.and(guard);
                return {
                  from: id,
                  to: target.id,
                  kind: 'delivers to',
                  guard: both,
                  certainty: 'yes',
                  because: statement,
                };
              }),
            ),
        ),
    );
}

/** Leaves out the function of an alias that a permission names: who may use it follows from the alias. */
function isWholeTarget({ resource, text }: Target, _: number, targets: readonly Target[]): boolean {
  return (
    resource?.type !== 'AWS::Lambda::Function' ||
    !targets.some(
      (other) => QUALIFIED.has(other.resource?.type ?? '') && textKey(other.text.value) === textKey(text.value),
    )
  );
}

const QUALIFIED: ReadonlySet<string> = new Set(['AWS::Lambda::Alias', 'AWS::Lambda::Version']);

/**
 * A permission for function URLs applies to URLs of one AuthType and allows nothing for URLs of the other one. Without
 * a URL in the assembly it counts, because a URL may be created elsewhere.
 * Source: docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
function isInForce(model: Model, { conditions }: Statement, targets: readonly Target[]): boolean {
  const condition = conditions.find(({ key }) => key === 'lambda:functionurlauthtype');
  const wanted = (condition?.values ?? []).map(({ value }) => literalOf(value));
  if (!condition || wanted.includes(undefined)) {
    return true;
  }
  const own = new Set(targets.flatMap(({ resource }) => resource ?? []));
  const texts = (url: Resource, property: string) => url.properties.at(property).flatMap((node) => node.texts());
  const types = model
    .ofType('AWS::Lambda::Url')
    .filter((url) =>
      texts(url, 'TargetFunctionArn').some(({ value }) =>
        model.named(value, ...URL_TARGETS).some(({ resource }) => own.has(resource)),
      ),
    )
    .flatMap((url) => texts(url, 'AuthType'))
    .map(({ value }) => literalOf(value));
  return types.length === 0 || types.some((type) => type === undefined || wanted.includes(type));
}

const URL_TARGETS = ['AWS::Lambda::Function', 'AWS::Lambda::Alias'];

/** Whether a statement lets its principals start the resource or send it something. */
function startsSomething({ effect, actions }: Statement): boolean {
  return (
    effect !== 'Deny' &&
    (actions.except ||
      actions.patterns.some(({ value }) => {
        const pattern = knownText(value);
        return (
          pattern === undefined ||
          pattern === '*' ||
          classify(pattern).some((entry) => edgeKindOf(entry.action, entry.class) === 'starts')
        );
      }))
  );
}

function edgesTo(model: Model, to: NodeId, kind: EdgeKind, statement: Statement, account: Text): Edge[] {
  if (statement.effect === 'Deny' || statement.principals === 'attached') {
    return [];
  }
  return statement.principals.flatMap((principal): Edge[] => {
    const from = nodeOf(model, principal, account);
    const guard = statement.guard.and(principal.name.guard);
    const isCertain = statement.effect === 'Allow' && principal.kind !== 'unknown';
    return from !== undefined && guard.possible()
      ? [{ from, to, kind, guard, certainty: isCertain ? 'yes' : 'maybe', because: statement }]
      : [];
  });
}

/**
 * Identities that a trust policy names don't need a permission of their own, but a denial or a boundary can refuse the
 * call.
 */
function assumingIdentities(model: Model, { name }: Principal, statement: Statement, role: Identity): Edge[] {
  const known = identities(model);
  const isEverybody = literalOf(name.value) === '*';
  const admitted = isEverybody
    ? known.rolesOfAgents.filter((identity) => canMeet(identity, statement))
    : known.named(name.value);
  return admitted.flatMap((identity): Edge[] => {
    const { verdict, possible } = known.may(identity, 'sts:AssumeRole', role.arn);
    const guard = statement.guard.and(name.guard).and(possible);
    if (identity.id === role.id || verdict === 'no' || !guard.possible()) {
      return [];
    }
    const certainty = isEverybody && !hasAskedTags(identity, statement) ? 'maybe' : verdict;
    return [{ from: identity.id, to: role.id, kind: 'assumes', guard, certainty, because: statement }];
  });
}

/** The node of a principal; undefined for the own account and for an identity, which have the statement as a permission. */
function nodeOf(model: Model, { kind, except, name }: Principal, own: Text): NodeId | undefined {
  const { value } = name;
  if (except || (value.length === 1 && value[0] === '*')) {
    return 'everybody';
  }
  switch (kind) {
    case 'Service':
      return `service ${printed(value)}`;
    case 'Federated':
      return `federated ${printed(value)}`;
    case 'AWS': {
      if (identities(model).named(value).length > 0) {
        return undefined;
      }
      const account = accountOf(value);
      const isOwn = account && (textKey(account) === textKey(own) || overlap(account, own) === 'yes');
      return isOwn ? undefined : `outside ${printed(account ?? value)}`;
    }
    default:
      return `outside ${printed(value)}`;
  }
}

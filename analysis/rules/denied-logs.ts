import type { Resource } from '../model/assembly';
import { concat, textOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import type { Identity } from '../model/identities';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { rolesByResource } from '../model/turn-steps';
import { isEverything } from '../policy/condition';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import type { Finding } from './finding';

/** Both are needed to write: a stream is created before its first event. */
const WRITES = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** A role that may not write its log leaves no trace of what it does there. */
export function* unwritten(model: TemplateModel, resource: Resource, groups: readonly Text[]): Iterable<Finding> {
  for (const role of rolesByResource(model).get(resource) ?? []) {
    yield {
      at: resource,
      subject: `${resource.id} log`,
      says: `A statement denies the role of ${resource.logicalId} to write to its log group`,
      when: resource.guard.and(whenDenied(role, groups)),
    };
  }
}

/** When a statement of a role denies it, without a condition, to write to a log group, given by the forms of its ARN. */
function whenDenied({ statements }: Identity, groups: readonly Text[]): Guard {
  const streams = groups.map((group) => concat(group, [':log-stream:s']));
  return statements
    .filter((statement) => deniesWriting(statement) && isAbout(statement, streams))
    .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
}

/** A role that is denied everything does nothing that a log could show. */
function deniesWriting({ effect, actions, conditions }: Statement): boolean {
  if (!actions.except && actions.patterns.some(({ value }) => isEverything(value))) {
    return false;
  }
  const names = (action: string) =>
    actions.patterns.some(({ value }) => subset(textOf(action), value, { ignoreCase: true }) === 'yes');
  return effect === 'Deny' && conditions.length === 0 && WRITES.some((action) => names(action) !== actions.except);
}

function isAbout({ resources }: Statement, streams: readonly Text[]): boolean {
  const names = streams.some((stream) =>
    resources.patterns.some(({ value }) =>
      // The ARN that `Ref` or `GetAtt` returns ends with `:*`.
      [value, concat(value, [':*'])].some((pattern) => subset(stream, pattern) === 'yes'),
    ),
  );
  return names !== resources.except;
}

/** Every granted action of every role in the examples, and what shows that it is needed. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { literalOf } from '../../analysis/model/compose-text';
import { identities } from '../../analysis/model/identities';
import { printed } from '../../analysis/model/printed-text';
import type { Statement } from '../../analysis/policy/statement';
import type { ExampleRun } from './every-path';
import { type Mark, ON_ANOTHER_PATH, PERFORMED_BY_AWS } from './marks';

export type Shown =
  | { readonly how: 'exercised'; readonly variant: string; readonly resource: string }
  | { readonly how: 'performed'; readonly by: string; readonly source: string }
  | { readonly how: 'elsewhere'; readonly when: string; readonly test: string }
  | { readonly how: 'unmarked' };

/** One action of one statement. */
export interface Grant {
  readonly example: string;
  /** Logical id without hash and name of the agent, so that the same role of two agents has the same. */
  readonly role: string;
  readonly action: string;
  readonly on: string;
  readonly statement: Statement;
  readonly shown: Shown;
}

/** Agents of the examples, by the beginning of their logical ids. The resources of a baseline are the same everywhere. */
const OWNERS = /^(?:LicenceAuditor|Responder|Reviewer|Auditor|Baseline)(?=[A-Z])/;
export const kindOf = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '').replace(OWNERS, '');

/** Everything that an example grants to roles. */
export function grantsOf({ example, policies, decisions }: ExampleRun): Grant[] {
  return identities(policies.model).all.flatMap((identity) =>
    identity.resource === undefined
      ? []
      : identity.statements
          .filter(({ effect }) => effect !== 'Deny')
          .flatMap((statement) =>
            statement.actions.patterns.map(({ value }): Grant => {
              const action = printed(value);
              const role = kindOf(identity.resource!.logicalId);
              const on = described(statement);
              const used = decisions.find(
                (each) =>
                  each.decision.allowed &&
                  each.action === action &&
                  each.caller === literalOf(identity.arn) &&
                  each.decision.statements.includes(statement),
              );
              const shown: Shown = used
                ? { how: 'exercised', variant: used.variant, resource: used.resource }
                : markOf(role, action, on);
              return { example, role, action, on, statement, shown };
            }),
          ),
  );
}

/** For a key, the service that uses it. Otherwise the resource, without the parts that differ between examples. */
function described({ resources, conditions }: Statement): string {
  const via = conditions.find(({ key }) => key === 'kms:viaservice');
  if (via !== undefined) return `key, through ${printed(via.values[0].value).split('.')[0]}`;
  const context = conditions.find(({ key }) => key.startsWith('kms:encryptioncontext:'));
  const names = resources.patterns.map(({ value }) =>
    printed(value)
      .replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '')
      .replace(/[0-9A-Fa-f]{8}(?![0-9A-Za-z])/g, '')
      .replace(/11111111[\w-]*/, ''),
  );
  if (context !== undefined) return `key, for ${context.keyText.replace('kms:EncryptionContext:', '')}`;
  return names.length > 1 ? `${names[0]} and ${names.length - 1} more` : names[0];
}

const fits = (mark: Mark, role: string, action: string, on: string): boolean =>
  mark.roles.test(role) && mark.actions.includes(action) && (mark.on === undefined || on.includes(mark.on));

const usedMarks = new Set<Mark>();
/** Rows of the two tables that no grant needs. */
export const idleMarks = (): Mark[] => [...PERFORMED_BY_AWS, ...ON_ANOTHER_PATH].filter((mark) => !usedMarks.has(mark));

function markOf(role: string, action: string, on: string): Shown {
  const performed = PERFORMED_BY_AWS.find((mark) => fits(mark, role, action, on));
  const elsewhere = ON_ANOTHER_PATH.find((mark) => fits(mark, role, action, on));
  const mark = performed ?? elsewhere;
  if (mark !== undefined) usedMarks.add(mark);
  if (performed !== undefined) return { how: 'performed', by: performed.by, source: performed.source };
  return elsewhere === undefined
    ? { how: 'unmarked' }
    : { how: 'elsewhere', when: elsewhere.when, test: elsewhere.test };
}

/** Tests that the tables name and that don't exist. */
export const missingTests = (): string[] =>
  ON_ANOTHER_PATH.map(({ test }) => test).filter((test) => !existsSync(path.resolve(__dirname, '../..', test)));

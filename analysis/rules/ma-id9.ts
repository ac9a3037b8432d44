import type { Boundary } from '../model/identities';
import { printed } from '../model/printed-text';
import { isEverything } from '../policy/condition';
import { limitsOf } from '../policy/limits';
import { agentRoles } from './agent-roles';
import { rule } from './rule';

/** Every role of an agent has the boundary that the app requires. */
export const MA_ID9 = rule({
  id: 'MA-ID9',
  family: 'identity',
  severity: 'error',
  subject: 'role',
  what: 'Where the app declares a permissions boundary, every role of an agent has it, and it limits something.',
  why: 'A boundary caps what any policy attached later can give a role; one role without it bypasses it.',
  fix: 'Apply PermissionsBoundary.of(scope) to the whole stack, or pass permissionsBoundary to the constructs',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html',
  controls: { nist: ['AC-3', 'AC-6'], iso: ['A.5.15', 'A.8.2'], soc2: ['CC6.3'] },
  *check({ model, options: { permissionsBoundary } }) {
    const roles = agentRoles(model).filter(({ identity: { resource, kind } }) => resource && kind !== 'group');
    const isWanted = permissionsBoundary !== undefined || roles.some(({ identity }) => identity.boundaries.length > 0);
    for (const { identity } of isWanted ? roles : []) {
      const resource = identity.resource!;
      const present = identity.boundaries.map(({ policy }) => policy.guard);
      const without = present.reduce((left, guard) => left.and(guard.not()), resource.guard);
      yield { at: resource, says: 'The role has no permissions boundary', when: without };
      for (const { policy, statements } of identity.boundaries) {
        const name = printed(policy.value);
        const named = model
          .named(policy.value)
          .flatMap((each) => model.arn(each.resource).map(({ value }) => printed(value)));
        if (permissionsBoundary !== undefined && ![name, ...named].includes(permissionsBoundary)) {
          yield {
            at: policy.place,
            subject: resource.id,
            says: `The permissions boundary is ${name}, not the required one`,
          };
        } else if (limitsNothing(statements)) {
          yield { at: policy.place, subject: resource.id, says: `The permissions boundary ${name} allows everything` };
        }
      }
    }
  },
});

/** Whether a boundary allows every action on everything and denies nothing. */
function limitsNothing(statements: Boundary['statements']): boolean {
  return (
    statements !== 'unknown' &&
    statements.every(({ effect }) => effect === 'Allow') &&
    statements.some(
      (statement) =>
        limitsOf(statement).length === 0 &&
        !statement.actions.except &&
        statement.actions.patterns.some(({ value }) => isEverything(value)) &&
        !statement.resources.except &&
        statement.resources.patterns.some(({ value }) => isEverything(value)),
    )
  );
}

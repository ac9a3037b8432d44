import { entryTypeOf } from '../facts/entry-types';
import { identities } from '../model/identities';
import { printed } from '../model/printed-text';
import { type Path, reach } from '../model/reach';
import type { TemplateModel } from '../model/template-model';
import type { Finding } from './finding';
import { openingOf } from './open-entries';
import { placeAt } from './setting';
import { verifiesSignatures } from './signatures';
import { HARMLESS_POLICIES } from './strength';

/**
 * Open entries of resources with an AWS managed policy for a service that starts turns here. No template has the
 * content of these policies, so they make no path to an agent.
 */
export function* managedPolicies(model: TemplateModel, leading: ReadonlyMap<string, Path>): Iterable<Finding> {
  const services = new Set([...leading.keys()].flatMap((id) => model.resource(id)?.type.split('::')[1] ?? []));
  for (const identity of leading.size > 0 ? identities(model).all : []) {
    const policy = identity.outside
      .map(({ value }) => printed(value))
      .find((name) => !HARMLESS_POLICIES.test(name) && mayDrive(name, services));
    for (const { resource } of policy === undefined || leading.has(identity.id) ? [] : identity.runs) {
      for (const { start, certainty, guard } of verifiesSignatures(model, resource)
        ? []
        : reach(model).into(resource.id)) {
        const entry = model.resource(start);
        const opening = entry && entryTypeOf(entry.type)?.kind === 'public' ? openingOf(entry, model) : undefined;
        if (opening && opening.how !== 'unread') {
          const says = `${opening.says}, and leads to ${resource.logicalId}, which can start turns with the policy ${policy}`;
          yield {
            at: placeAt(entry!, ...opening.path),
            subject: entry!.id,
            says,
            severity: 'error',
            certainty,
            when: guard,
          };
        }
      }
    }
  }
}

/** Whether an AWS managed policy is for everything or, by its name, for more than reading a service. */
function mayDrive(policy: string, services: ReadonlySet<string>): boolean {
  const name = policy.replace(/^.*[/]/, '');
  return (
    /^(?:AdministratorAccess|PowerUserAccess)$/.test(name) ||
    (policy.includes(':aws:policy/') &&
      !/ReadOnly/i.test(name) &&
      [...services].some((service) =>
        (service === 'Events' ? /Events|EventBridge/i : new RegExp(service, 'i')).test(name),
      ))
  );
}

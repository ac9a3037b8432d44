import { agentRoles } from '../model/agents';
import type { SecurityRule } from './rule';

/** The boundary an app has decided on is on every role of its agents. */
export const MA_ID9: SecurityRule = {
  id: 'MA-ID9',
  family: 'identity',
  severity: 'error',
  what: 'Where the app declares a permissions boundary, every role of an agent has it.',
  why: 'A boundary caps what any policy attached later can give a role; one role without it is the way around it.',
  fix: 'Apply PermissionsBoundary.of(scope) to the whole stack',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html',
  controls: { nist: ['AC-3', 'AC-6'], iso: ['A.5.15', 'A.8.2'], soc2: ['CC6.3'] },
  check: (index, { permissionsBoundary }) => {
    const { all } = agentRoles(index);
    const declared = all.find(({ boundary }) => boundary !== undefined)?.boundary;
    if (permissionsBoundary === undefined && declared === undefined) {
      return [];
    }
    return all.flatMap(({ resource, boundary }) => {
      const location = 'Properties.PermissionsBoundary';
      if (!resource) {
        return []; // A role that is only referred to.
      }
      if (boundary === undefined) {
        return [{ resource, location, detail: 'the role has no permissions boundary' }];
      }
      return permissionsBoundary !== undefined && boundary !== permissionsBoundary
        ? [{ resource, location, detail: `the permissions boundary is ${boundary}, not the required one` }]
        : [];
    });
  },
};

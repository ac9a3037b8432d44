import type { RuleText } from './rule';

/**
 * Everything that could affect an agent can be read, or is declared. The rule has no check of its own: the other rules
 * note the values that they can't read, and each origin is one finding.
 */
export const MA_READ1: RuleText = {
  id: 'MA-READ1',
  family: 'identity',
  severity: 'error',
  subject: 'what can’t be read',
  what: 'Every part of the templates that could affect an agent can be read, or is declared as reviewed.',
  why: 'The checks can’t evaluate a part that they can’t read, so its permissions are unknown.',
  fix: 'Put the value into the template (for a parameter, with AllowedValues), add the stack that it comes from to the app, or declare it with Declaration.unreadable and the reason why it is safe',
  page: 'https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_analyze_cross_account.html',
  controls: { nist: ['CM-3', 'CM-6', 'RA-5'], iso: ['A.8.9', 'A.8.32'], soc2: ['CC7.1', 'CC8.1'] },
};

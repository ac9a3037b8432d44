import type { RuleText } from './rule';

/** Declarations without an effect are removed. Like `MA_READ1`, it has no check of its own. */
export const MA_DECL1: RuleText = {
  id: 'MA-DECL1',
  family: 'identity',
  severity: 'warning',
  subject: 'declaration',
  what: 'Every declaration is in force and needed.',
  why: 'An unused declaration would allow the same permission to be added later without a finding. An expired declaration is a decision that was not renewed.',
  fix: 'Remove the declaration, or review the decision and set a new date',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  controls: { nist: ['AC-6(7)', 'CM-3'], iso: ['A.5.18'], soc2: ['CC6.2'] },
};

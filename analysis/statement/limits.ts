/**
 * Limits of every statement, which are printed with it. Sources: docs.aws.amazon.com/bedrock/latest/userguide/
 * bedrock-managed-agents-openai-security.html and the pages named in docs/security-statement.md, read 2026-11-23.
 */
export const STATEMENT_LIMITS: readonly string[] = [
  'BMA session data (messages, items, turns) has no customer-managed key in the preview.',
  'Whether CloudTrail records each session operation is not documented; what the trails select is listed.',
  'Guardrails of a workflow see the input and the published output of a turn, not what happens in between.',
  'Service control policies, resource control policies, session policies and whatever is changed outside the app are not in its templates. They can only be found in the account.',
  'Policies are evaluated statically: conditions are listed, not judged. A denial with a condition, or of a part of what is allowed, is listed with the permission that it limits.',
  'Access is judged by the names of actions, and by the policies in the templates; policies of resources outside of the app may allow or deny more.',
];

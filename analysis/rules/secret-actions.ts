/** Actions that return the values of secrets. */
export const SECRET_READING: ReadonlySet<string> = new Set([
  'secretsmanager:getsecretvalue',
  'secretsmanager:batchgetsecretvalue',
]);

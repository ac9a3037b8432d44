/*
 * The validator of state machine definitions compiles its JSON schemas at each call, which takes longer than most executions.
 * Each definition is validated by the first suite of a run that executes it.
 */
const { createHash } = require('node:crypto');
const { existsSync, writeFileSync } = require('node:fs');
const path = require('node:path');

// Read once, because tests of the program bma replace the environment while a definition is run.
const { SHARED_FOLDER } = process.env;

module.exports = (definition, options) => {
  const key = createHash('sha256')
    .update(JSON.stringify([definition, options]))
    .digest('hex');
  const valid = path.join(SHARED_FOLDER, `valid-definition-${key}`);
  if (existsSync(valid)) return { isValid: true, errors: [] };
  const result = require('../node_modules/asl-validator')(definition, options);
  if (result.isValid) writeFileSync(valid, '');
  return result;
};

/*
 * The validator of state machine definitions compiles its JSON schemas at each call, which takes longer than most executions.
 * Each definition is validated by the first suite of a run that executes it, and each worker compiles the schemas once: runtime.js
 * loads this file outside of the suites.
 */
const { createHash } = require('node:crypto');
const { existsSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const validate = require('asl-validator');
const { Ajv } = require('ajv');

const STATE_MACHINE = 'http://asl-validator.cloud/state-machine.json#';
const { SHARED_FOLDER } = process.env;
const compiled = new Map();
let options;

const compileAndValidate = Ajv.prototype.validate;
Ajv.prototype.validate = function (schema, value) {
  if (schema !== STATE_MACHINE) return compileAndValidate.call(this, schema, value);
  if (!compiled.has(options)) compiled.set(options, this.getSchema(schema));
  const validator = compiled.get(options);
  const valid = validator(value);
  this.errors = validator.errors;
  return valid;
};

module.exports = (definition, given) => {
  // The formats that the compiled schemas contain depend on these.
  options = JSON.stringify(given);
  const key = createHash('sha256').update(JSON.stringify(definition)).update(options).digest('hex');
  const valid = path.join(SHARED_FOLDER, `valid-definition-${key}`);
  if (existsSync(valid)) return { isValid: true, errors: [] };
  const result = validate(definition, given);
  if (result.isValid) writeFileSync(valid, '');
  return result;
};

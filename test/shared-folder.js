/*
 * A folder for what several suites of one run use, such as the assemblies of the examples: made before the first suite, and
 * removed after the last, so that nothing in it is older than the sources.
 */
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

module.exports = () => {
  process.env.SHARED_FOLDER = mkdtempSync(path.join(tmpdir(), 'shared-by-suites-'));
};

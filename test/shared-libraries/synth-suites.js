const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const FOLDERS = ['test/analysis', 'test/iam', 'test/integ', 'test/lib'];

/**
 * Whether a suite only synthesizes and reads templates. The others also run programs, or replace timers and streams; those of
 * minutes gain nothing.
 */
exports.isSynthSuite = (file) =>
  FOLDERS.some((folder) => file.startsWith(path.join(root, folder) + path.sep)) && !file.endsWith('.soak.test.ts');

const { rmSync } = require('node:fs');

module.exports = () => rmSync(process.env.SHARED_FOLDER, { recursive: true, force: true });

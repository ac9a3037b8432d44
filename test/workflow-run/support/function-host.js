// Runs bundled functions outside of jest's own module system, as Lambda does: one process (here a thread) with its own
// environment. Messages: { id, name, payload } in, { id, answer } or { id, error } out.
'use strict';
const path = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');

Object.assign(process.env, workerData.environment);
console.log = () => undefined; // the functions' log lines

const loaded = new Map();
parentPort.on('message', async ({ id, name, payload, directory }) => {
  try {
    if (!loaded.has(name))
      loaded.set(name, require(path.join(directory ?? workerData.handlers, name, 'index.js')).handler);
    const answer = await loaded.get(name)(payload);
    parentPort.postMessage({ id, answer: answer === undefined ? null : JSON.parse(JSON.stringify(answer)) });
  } catch (error) {
    parentPort.postMessage({ id, error: { name: error.name, message: error.message, stack: error.stack } });
  }
});

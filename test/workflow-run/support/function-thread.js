// Runs bundled functions outside of jest's own module system, as Lambda does: a thread with its own environment.
// Messages: { id, directory, payload } in, { id, answer } or { id, error } out.
'use strict';
const path = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');

Object.assign(process.env, workerData);
console.log = () => undefined; // the functions' log lines

const loaded = new Map();
parentPort.on('message', async ({ id, directory, payload }) => {
  try {
    if (!loaded.has(directory)) loaded.set(directory, require(path.join(directory, 'index.js')).handler);
    const answer = await loaded.get(directory)(payload);
    parentPort.postMessage({ id, answer: answer === undefined ? null : JSON.parse(JSON.stringify(answer)) });
  } catch (error) {
    parentPort.postMessage({ id, error: { name: error.name, message: error.message, stack: error.stack } });
  }
});

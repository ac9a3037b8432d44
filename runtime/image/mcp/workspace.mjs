#!/usr/bin/env node
// STDIO MCP server `workspace`: lists the files of a directory, with size and SHA-256. Read-only and without
// dependencies. Messages are one JSON object per line (MCP stdio transport).
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROTOCOL_VERSIONS = ['2025-06-18', '2025-03-26', '2024-11-05'];
const MAX_FILES = 2000;
const ROOT = await realpath(process.argv[2] ?? process.cwd());

const MANIFEST = {
  name: 'manifest',
  description: `Lists the regular files below a directory of the workspace with size in bytes and SHA-256, at most ${MAX_FILES}. Skips .git and node_modules; follows no symbolic links.`,
  inputSchema: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Directory relative to the workspace. Default: the workspace.' },
    },
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
};

const methods = {
  initialize: ({ protocolVersion } = {}) => ({
    protocolVersion: PROTOCOL_VERSIONS.includes(protocolVersion) ? protocolVersion : PROTOCOL_VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'workspace', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [MANIFEST] }),
  'tools/call': async ({ name, arguments: given = {} } = {}) => {
    if (name !== MANIFEST.name) throw { code: -32602, message: 'unknown tool' };
    try {
      return { content: [{ type: 'text', text: JSON.stringify(await manifest(given.path ?? '.')) }], isError: false };
    } catch (error) {
      return { content: [{ type: 'text', text: error.message }], isError: true };
    }
  },
};

async function manifest(relative) {
  if (typeof relative !== 'string') throw new Error('path must be a string');
  const start = await realpath(path.resolve(ROOT, relative));
  if (start !== ROOT && !start.startsWith(ROOT + path.sep)) throw new Error('path leaves the workspace');
  const files = [];
  let truncated = false;
  for (const pending = [start]; pending.length > 0;) {
    const directory = pending.pop();
    for (const name of (await readdir(directory)).sort()) {
      const file = path.join(directory, name);
      const found = await lstat(file);
      if (found.isDirectory() && name !== '.git' && name !== 'node_modules') pending.push(file);
      if (!found.isFile()) continue;
      if (files.length === MAX_FILES) truncated = true;
      else files.push({ path: path.relative(ROOT, file), bytes: found.size, sha256: await sha256(file) });
    }
    if (truncated) break;
  }
  return { files: files.sort((one, other) => (one.path < other.path ? -1 : 1)), truncated };
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

const answer = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  let request;
  try {
    request = JSON.parse(line);
  } catch {
    answer({ id: null, error: { code: -32700, message: 'parse error' } });
    continue;
  }
  if (request?.id === undefined) continue; // a notification
  const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  try {
    if (!method) throw { code: -32601, message: 'method not found' };
    answer({ id: request.id, result: await method(request.params) });
  } catch (error) {
    answer({ id: request.id, error: { code: error.code ?? -32603, message: error.message ?? 'internal error' } });
  }
}

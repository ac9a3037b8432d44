/**
 * A STDIO MCP server inside the environment: started by the exec server, called over its standard input and output
 * (newline-delimited JSON-RPC, modelcontextprotocol.io/specification, revision 2025-06-18).
 */
import { StringDecoder } from 'node:string_decoder';
import type { StdioMcpTool } from '../../runtime/session-client/types';
import { ConnectionLost, type ExecConnection } from './exec-connection';
import { EnvironmentProcess } from './process';

/** The call failed, or the server returned an error. */
class McpError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'McpError';
  }
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message?: string };
}

const STOP_PATIENCE_MS = 2_000;
const PROTOCOL = '2025-06-18';
/** Variables that a process needs to start; all others of an MCP server are in `env` or `env_vars`. */
const BASE_VARIABLES = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SHELL', 'TERM'];

export class McpStdioServer {
  private nextId = 1;
  private buffer = '';
  /** A character may be split between two chunks. */
  private readonly decoder = new StringDecoder('utf8');
  private readonly pending = new Map<number, { resolve: (v: unknown) => void; reject: (e: Error) => void }>();
  private process!: EnvironmentProcess;

  private constructor(
    private readonly tool: StdioMcpTool,
    private readonly timeoutMs: number,
  ) {}

  public static async start(
    connection: ExecConnection,
    tool: StdioMcpTool,
    hostPath: (p: string) => string,
    workspace: string,
    timeoutMs: number,
  ): Promise<McpStdioServer> {
    const server = new McpStdioServer(tool, timeoutMs);
    const { command, args = [], cwd, env, env_vars: inherited = [] } = tool.transport;
    server.process = await EnvironmentProcess.start(connection, {
      argv: [hostPath(command), ...args.map(hostPath)],
      cwd: cwd === undefined ? workspace : hostPath(cwd),
      env,
      inheritOnly: [...BASE_VARIABLES, ...inherited],
      pipeStdin: true,
      onStdout: (chunk) => server.receive(server.decoder.write(chunk)),
    });
    server.process.result.then(
      ({ exitCode }) =>
        server.fail(new McpError(`the MCP server "${tool.server_label}" exited with code ${exitCode ?? 'unknown'}`)),
      () => server.fail(new ConnectionLost()),
    );
    await server.request('initialize', {
      protocolVersion: PROTOCOL,
      capabilities: {},
      clientInfo: { name: 'bma-local', version: '0' },
    });
    await server.notify('notifications/initialized');
    return server;
  }

  /** Calls a tool the session declared as allowed. Returns the result of the server. */
  public async call(name: string, args: Record<string, unknown>): Promise<{ content?: unknown; isError?: boolean }> {
    const allowed = this.tool.allowed_tools;
    if (allowed !== undefined && !allowed.includes(name)) {
      throw new McpError(`the tool "${name}" is not in allowed_tools of "${this.tool.server_label}"`);
    }
    return (await this.request('tools/call', { name, arguments: args })) as { content?: unknown; isError?: boolean };
  }

  /** Resolves when the server has ended, because the next turn may need its port or its lock. */
  public async stop(): Promise<void> {
    await this.process.terminate();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_PATIENCE_MS)));
    await Promise.race([this.process.result.catch(() => undefined), patience]);
    clearTimeout(timer);
  }

  private async request(method: string, params: Record<string, unknown>): Promise<unknown> {
    const id = this.nextId++;
    const answer = new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
    answer.catch(() => undefined);
    const timer = setTimeout(
      () =>
        this.settle(id, (p) => p.reject(new McpError(`"${this.tool.server_label}" did not answer ${method} in time`))),
      this.timeoutMs,
    );
    try {
      await this.process.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  private notify(method: string): Promise<void> {
    return this.process.write(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`);
  }

  private receive(text: string): void {
    const lines = (this.buffer + text).split('\n');
    this.buffer = lines.pop() ?? '';
    for (const line of lines) {
      let reply: Reply;
      try {
        reply = JSON.parse(line) as Reply;
      } catch {
        continue; // Servers sometimes print to standard output by mistake; lines that aren't JSON are ignored.
      }
      if (typeof reply.id !== 'number') continue;
      const { error, result } = reply;
      this.settle(reply.id, (p) => (error ? p.reject(new McpError(error.message ?? 'error')) : p.resolve(result)));
    }
  }

  private settle(id: number, how: (p: { resolve: (v: unknown) => void; reject: (e: Error) => void }) => void): void {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    if (pending !== undefined) how(pending);
  }

  private fail(error: Error): void {
    for (const id of [...this.pending.keys()]) this.settle(id, (p) => p.reject(error));
  }
}

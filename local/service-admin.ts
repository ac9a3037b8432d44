/** Operations on sessions and their compute that AWS doesn't have: tests observe and break a local service with them. */
import type { AgentCoreStandIn, ComputeState } from './compute/agentcore';
import type { InvocationReply } from './compute/invocation';
import type { EnvironmentRegistry } from './environment/registry';
import type { SessionRecord, TurnRecord } from './session/records';
import type { SessionStore } from './session/store';
import type { TurnRunner } from './session/turn-runner';

/** Operations that only a local service has. */
export interface LocalServiceAdmin {
  /** Sessions that exist, without a call that a fault could strike. */
  sessions(): readonly SessionRecord[];
  /** Turns of a session, oldest first. The real service has no operation for this. */
  turns(sessionId: string): readonly TurnRecord[];
  whenIdle(sessionId: string): Promise<void>;
  compute(
    sessionId: string,
  ): ComputeState & { readonly connected: boolean; readonly generation: number; readonly workspace: string };
  /** Stops the compute like StopRuntimeSession; the mount stays. */
  stopCompute(sessionId: string): Promise<void>;
  /** Loses the compute without warning; the mount stays. */
  killCompute(sessionId: string): Promise<void>;
  /** Stops the compute and starts another on the same mount, without attaching it. */
  replaceCompute(sessionId: string): Promise<void>;
  /** Kills the exec server only. */
  crashExecServer(sessionId: string): boolean;
  /** Invokes the container with any body, like the service. */
  invoke(sessionId: string, body: Record<string, unknown>): Promise<InvocationReply>;
  /** `GET /ping` of the container. */
  ping(sessionId: string): Promise<string>;
}

export function serviceAdmin(
  store: SessionStore,
  runner: TurnRunner,
  registry: EnvironmentRegistry,
  agentcore: AgentCoreStandIn,
): LocalServiceAdmin {
  const find = (sessionId: string): SessionRecord => {
    const record = store.get(sessionId);
    if (record === undefined) throw new Error(`No session ${sessionId}`);
    return record;
  };
  return {
    sessions: () => store.all(),
    turns: (id) => find(id).turns,
    whenIdle: (id) => runner.whenIdle(id),
    compute: (id) => ({
      ...agentcore.state(find(id)),
      connected: registry.connection(find(id).environment.id) !== undefined,
      generation: find(id).generation,
      workspace: agentcore.workspace(find(id)),
    }),
    stopCompute: (id) => agentcore.stop(find(id)),
    killCompute: (id) => agentcore.kill(find(id)),
    replaceCompute: async (id) => {
      await agentcore.stop(find(id));
      await agentcore.ensureCompute(find(id));
    },
    crashExecServer: (id) => agentcore.crashExecServer(find(id)),
    invoke: (id, body) => agentcore.invoke(find(id), body),
    ping: (id) => agentcore.ping(find(id)),
  };
}

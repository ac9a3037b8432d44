/** The operations of the API, with their permissions and responses. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KnownKey } from '../auth/principals';
import type { AgentCoreStandIn } from '../compute/agentcore';
import { DIRECT_TRANSPORT, type EnvironmentRegistry } from '../environment/registry';
import type { FaultKind, Faults } from '../faults/faults';
import type { Authorizer } from '../iam/authorizer';
import { newId } from '../session/ids';
import { page } from '../session/paging';
import { type SessionRecord, sessionResource } from '../session/records';
import { checkCreate, checkSubmit, messageText } from '../session/request-checks';
import type { SessionStore } from '../session/store';
import type { TurnRunner } from '../session/turn-runner';
import { badRequest, conflict, internal, notFound, throttled, unavailable } from './api-error';
import { parseJson } from './request-body';
import { streamEvents } from './sse';

export interface OperationContext {
  readonly caller: KnownKey;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly query: URLSearchParams;
  /** Path parameter of the route: a session or environment id. */
  readonly id: string;
}

export interface OperationDependencies {
  readonly accountId: string;
  readonly models: readonly string[];
  readonly store: SessionStore;
  readonly runner: TurnRunner;
  readonly registry: EnvironmentRegistry;
  readonly agentcore: AgentCoreStandIn;
  readonly authorizer: Authorizer;
  readonly faults: Faults;
  readonly now: () => number;
  /** `ws://host:port` of this service. */
  readonly socketOrigin: () => string;
}

interface Operation {
  readonly method: string;
  readonly path: RegExp;
  /** IAM action; the project is the resource. */
  readonly action: string;
  readonly run: (api: Operations, context: OperationContext) => void | Promise<void>;
}

const SESSIONS = '/openai/v1/agents/sessions';
const route = (suffix: string): RegExp => new RegExp(`^${SESSIONS}${suffix}$`);
const ID = '/([^/]+)';

const OPERATIONS: readonly Operation[] = [
  { method: 'POST', path: route(''), action: 'CreateAgentSession', run: (api, c) => api.create(c) },
  { method: 'GET', path: route(''), action: 'ListAgentSessions', run: (api, c) => api.list(c) },
  { method: 'GET', path: route(ID), action: 'GetAgentSession', run: (api, c) => api.get(c) },
  { method: 'DELETE', path: route(ID), action: 'DeleteAgentSession', run: (api, c) => api.delete(c) },
  { method: 'POST', path: route(`${ID}/events`), action: 'CreateAgentSessionEvent', run: (api, c) => api.submit(c) },
  { method: 'GET', path: route(`${ID}/events`), action: 'ListAgentSessionEvents', run: (api, c) => api.stream(c) },
  { method: 'GET', path: route(`${ID}/items`), action: 'ListAgentSessionItems', run: (api, c) => api.items(c) },
  { method: 'GET', path: /^\/v1\/models$/, action: 'ListModels', run: (api, c) => api.models(c) },
  {
    method: 'POST',
    path: /^\/v1\/cloud\/environment\/([^/]+)\/direct\/register$/,
    action: 'RegisterEnvironment',
    run: (api, c) => api.register(c),
  },
];

export interface MatchedOperation {
  readonly action: string;
  readonly id: string;
  readonly run: (context: OperationContext) => void | Promise<void>;
}

export class Operations {
  public constructor(private readonly on: OperationDependencies) {}

  public match(method: string, path: string): MatchedOperation | undefined {
    for (const operation of OPERATIONS) {
      const match = operation.method === method ? operation.path.exec(path) : null;
      if (match === null) continue;
      return {
        action: operation.action,
        id: match[1] ?? '',
        run: (context) => {
          this.on.authorizer.operation(context.caller.principalArn, `bedrock-mantle:${operation.action}`);
          if (operation.action !== 'RegisterEnvironment') this.statusFaults(operation.action);
          return operation.run(this, context);
        },
      };
    }
    return undefined;
  }

  /** @internal */
  public create(context: OperationContext): void {
    const { store, runner, registry, authorizer } = this.on;
    const wanted = checkCreate(parseJson(context.body), this.on.accountId, this.on.models);
    authorizer.passSessionRole(context.caller.principalArn, wanted.role_arn);
    if (this.cut(context, 'lost-create')) return;
    const seconds = Math.floor(this.on.now() / 1000);
    const record: SessionRecord = {
      id: newId('agsess'),
      agent: wanted.agent,
      environment: { ...wanted.environment, id: newId('env') },
      role_arn: wanted.role_arn,
      status: 'idle',
      created_at: seconds,
      last_active_at: seconds,
      error: null,
      turns: [],
      items: [],
      generation: 0,
      runtimeSessionId: `bma-local-${randomBytes(16).toString('hex')}`,
    };
    store.add(record);
    registry.add(record.environment.id);
    try {
      if (wanted.input !== undefined) runner.start(record, messageText(wanted.input));
    } catch (error) {
      store.remove(record.id);
      registry.remove(record.environment.id);
      throw error;
    }
    if (this.cut(context, 'ambiguous-create')) return;
    if (wanted.stream === true) this.streamCreated(context, record);
    else answer(context.response, 200, sessionResource(record));
  }

  /** @internal */
  public list(context: OperationContext): void {
    const agentId = context.query.get('agent_id');
    // Sessions with an inline agent have no agent id, and the preview has only such sessions.
    const found = agentId === null ? page(this.on.store.all(), context.query) : page<SessionRecord>([], context.query);
    answer(context.response, 200, { ...found, data: found.data.map(sessionResource) });
  }

  /** @internal */
  public get(context: OperationContext): void {
    answer(context.response, 200, sessionResource(this.session(context.id)));
  }

  /** @internal */
  public async delete(context: OperationContext): Promise<void> {
    const { runner, registry, agentcore, store } = this.on;
    const record = this.session(context.id);
    await runner.forget(record.id);
    store.remove(record.id);
    registry.remove(record.environment.id);
    // The compute stops later; the conversation is already deleted. Files are kept.
    void agentcore.release(record, this.mayStopCompute(record)).catch(() => undefined);
    answer(context.response, 200, { id: record.id, object: 'agent.session.deleted', deleted: true });
  }

  /** @internal */
  public submit(context: OperationContext): void {
    const { runner } = this.on;
    const record = this.session(context.id);
    const events = checkSubmit(parseJson(context.body));
    const messages = events.filter((event) => event.type === 'agent.session.input.message');
    if (messages.length > 1) throw conflict('One message at a time: each starts a turn');
    if (this.cut(context, 'lost-submit')) return;
    // The events are processed in order, and a refused request has no effect: a message is refused before a cancel
    // takes effect.
    if (messages.length === 1) runner.start(record, messageText(messages[0].input));
    else runner.cancel(record.id);
    if (this.cut(context, 'ambiguous-submit')) return;
    context.response.writeHead(202).end();
  }

  /** @internal */
  public stream(context: OperationContext): void {
    const record = this.session(context.id);
    if (context.query.get('stream') !== 'true') {
      throw badRequest('The event stream is opened with ?stream=true', 'stream');
    }
    if (this.on.faults.strikes('hang-stream')) return;
    streamEvents(context.response, this.on.store.eventsOf(record.id), this.on.faults);
  }

  /** @internal */
  public items(context: OperationContext): void {
    answer(context.response, 200, page(this.session(context.id).items, context.query));
  }

  /** @internal */
  public models(context: OperationContext): void {
    const data = this.on.models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'openai' }));
    answer(context.response, 200, { object: 'list', data });
  }

  /** @internal */
  public register(context: OperationContext): void {
    const body = parseJson(context.body) as { transport?: unknown } | null;
    if (body?.transport !== DIRECT_TRANSPORT) throw badRequest(`transport must be "${DIRECT_TRANSPORT}"`, 'transport');
    const registrationId = this.on.registry.register(context.id);
    answer(context.response, 200, {
      environment_id: context.id,
      transport: DIRECT_TRANSPORT,
      registration_id: registrationId,
      url: `${this.on.socketOrigin()}/v1/cloud/environment/${context.id}/direct/${registrationId}`,
    });
  }

  private mayStopCompute({ environment, role_arn }: SessionRecord): boolean {
    if (environment.type !== 'aws_bedrock_agentcore') return false;
    const { runtime_arn, runtime_qualifier = 'DEFAULT' } = environment;
    return this.on.authorizer.runtime(role_arn, runtime_arn, runtime_qualifier, 'StopRuntimeSession').allowed;
  }

  private session(id: string): SessionRecord {
    let decoded: string;
    try {
      decoded = decodeURIComponent(id);
    } catch {
      throw badRequest(`${id} is not valid percent-encoding`, 'session_id');
    }
    const record = this.on.store.get(decoded);
    if (record === undefined) throw notFound('No such session');
    return record;
  }

  /** A create with `stream: true`: the session, then its events until the first turn ends. */
  private streamCreated(context: OperationContext, record: SessionRecord): void {
    const ends = ['agent.session.idle', 'agent.session.failed'];
    const stream = streamEvents(
      context.response,
      this.on.store.eventsOf(record.id),
      this.on.faults,
      (event) => ends.includes(event.type) || (event.type === 'agent.session.created' && record.turns.length === 0),
    );
    stream.send({ type: 'agent.session.created', event_id: newId('evt'), session: sessionResource(record) });
  }

  /** The connection breaks without a response. @returns whether it did */
  private cut(context: OperationContext, kind: FaultKind): boolean {
    if (!this.on.faults.strikes(kind)) return false;
    context.request.socket.destroy();
    return true;
  }

  private statusFaults(action: string): void {
    const { faults } = this.on;
    if (faults.strikes('throttle')) throw throttled(faults.retryAfterSeconds);
    if (faults.strikes('server-error')) throw internal();
    if (faults.strikes('unavailable')) throw unavailable(faults.retryAfterSeconds);
    if (/^(Create|Delete)/.test(action) && faults.strikes('conflict')) {
      throw conflict('Another operation on this session or environment is in progress');
    }
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

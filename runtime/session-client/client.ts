import { Caller, type Call, type CallOptions } from './call';
import { toMessages } from './conversation';
import { type CredentialsProvider, environmentCredentials, warnAboutBearerTokens } from './credentials';
import { endpointOverride, regionalEndpoint } from './endpoint';
import { ProtocolError, RequestInputError } from './errors';
import { EventStream, type EventStreamOptions } from './event-stream';
import { HttpTransport } from './http';
import { ItemPages, outlineOfItems } from './item-pages';
import { type ClientLogger, SILENT_LOGGER } from './logger';
import { isRecord, pageFrom, walkPages } from './paging';
import { checkCreateRequest, checkId, checkMessages, checkPageQuery } from './request-checks';
import { RetryPolicy, type RetryOptions } from './retry';
import { encodeRfc3986, RequestSigner } from './signer';
import { SYSTEM_TIMING, type Timing } from './timing';
import type {
  CreateSessionRequest,
  InputEvent,
  InputMessage,
  Item,
  ListSessionsQuery,
  ModelList,
  Page,
  PageQuery,
  Session,
  SessionDeleted,
} from './types';

export interface SessionClientOptions {
  /** Where the service is called and what requests are signed for. @default AWS_REGION, then AWS_DEFAULT_REGION */
  readonly region?: string;
  /** Another origin: https, or http to loopback for the local service. @default the Region's public endpoint */
  readonly endpoint?: string;
  /** @default the environment, as Lambda sets it */
  readonly credentials?: CredentialsProvider;
  readonly retry?: RetryOptions;
  /** @default nothing is logged */
  readonly logger?: ClientLogger;
  /** Milliseconds. @default 5000 */
  readonly connectTimeoutMs?: number;
  /** Of one attempt, body included; for a stream until its headers. Milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** A larger response is an error. @default 16777216 (16 MiB) */
  readonly maxResponseBytes?: number;
  /** Clock, waiting and chance; for tests. */
  readonly timing?: Timing;
  /** Environment variables. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const SESSIONS = '/openai/v1/agents/sessions';
const MODELS = '/v1/models';

/**
 * The Managed Agents service, one method per operation.
 *
 * Reads are repeated within the retry policy. Other calls are never repeated: a create, submit or cancel with an
 * unknown result raises AmbiguousRequestError, a delete raises the plain error (repeating a delete is safe). Source:
 * docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-api-reference.html, read 2026-11-23.
 */
export class SessionClient {
  readonly region: string;
  readonly endpoint: URL;
  /** The clock and the waits of this client, shared with `runTurn` and the reconcile functions. */
  readonly timing: Timing;
  readonly #caller: Caller;
  readonly #transport: HttpTransport;

  constructor(options: SessionClientOptions = {}) {
    const environment = options.environment ?? process.env;
    const region = options.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
    if (!region) throw new RequestInputError('region', 'is not known', 'pass it or set AWS_REGION');
    const regional = regionalEndpoint(region);
    const logger = options.logger ?? SILENT_LOGGER;
    warnAboutBearerTokens(logger, environment);
    this.region = region;
    this.endpoint = options.endpoint === undefined ? regional : endpointOverride(options.endpoint);
    this.timing = options.timing ?? SYSTEM_TIMING;
    this.#transport = new HttpTransport(this.endpoint);
    this.#caller = new Caller({
      region,
      transport: this.#transport,
      signer: new RequestSigner(this.endpoint, region),
      credentials: options.credentials ?? environmentCredentials(environment),
      retry: new RetryPolicy(options.retry),
      timing: this.timing,
      logger,
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      timeoutMs: options.timeoutMs ?? 60_000,
      maxResponseBytes: options.maxResponseBytes ?? 16 * 1024 * 1024,
    });
  }

  /** Creates a session; with `input`, its first turn starts immediately. Sent once. */
  async create(request: CreateSessionRequest, options?: CallOptions): Promise<Session> {
    checkCreateRequest(request);
    const call: Call = {
      operation: 'createSession',
      effect: 'once',
      method: 'POST',
      path: SESSIONS,
      query: {},
      body: JSON.stringify(request),
    };
    return await this.#caller.json(call, options, sessionFrom);
  }

  async get(sessionId: string, options?: CallOptions): Promise<Session> {
    return await this.#caller.json(read('getSession', sessionPath(sessionId)), options, sessionFrom);
  }

  /** Every session, newest first unless `order` says otherwise; pages are fetched when they are needed. */
  list(query: ListSessionsQuery = {}, options?: CallOptions): AsyncGenerator<Session, void, undefined> {
    return walkPages('listSessions', query, (next) => this.listPage(next, options));
  }

  async listPage(query: ListSessionsQuery = {}, options?: CallOptions): Promise<Page<Session>> {
    checkPageQuery(query);
    if (query.agent_id !== undefined) checkId('agent_id', query.agent_id);
    return await this.#caller.json(read('listSessions', SESSIONS, queryOf(query)), options, (value) =>
      pageFrom<Session>('listSessions', value),
    );
  }

  /** Deletes the conversation; files in the environment stay. */
  async delete(sessionId: string, options?: CallOptions): Promise<SessionDeleted> {
    const call: Call = {
      operation: 'deleteSession',
      effect: 'idempotent',
      method: 'DELETE',
      path: sessionPath(sessionId),
      query: {},
    };
    const text = await this.#caller.text(call, options);
    // The body of the acknowledgement is not documented; the status shows that it was deleted.
    try {
      const body: unknown = JSON.parse(text);
      return isRecord(body) ? body : {};
    } catch {
      return {};
    }
  }

  /** Submits a message, which starts a turn. Sent once. Open the stream first, or use `runTurn`. */
  async submit(sessionId: string, message: string | InputMessage[], options?: CallOptions): Promise<void> {
    const input = toMessages(message);
    checkMessages('message', input);
    await this.#submit('submitMessage', sessionId, [{ type: 'agent.session.input.message', input }], options);
  }

  /** Asks the running turn to stop. Sent once: a repetition could stop a later turn. */
  async cancel(sessionId: string, options?: CallOptions): Promise<void> {
    await this.#submit('cancelTurn', sessionId, [{ type: 'agent.session.input.cancel' }], options);
  }

  /**
   * Opens the live event stream: when the promise resolves, events arrive. Earlier events aren't replayed. `deadlineAt`
   * also limits the reading: the stream then ends as if it had been closed.
   */
  async stream(sessionId: string, options: EventStreamOptions & CallOptions = {}): Promise<EventStream> {
    const call = read('streamEvents', `${sessionPath(sessionId)}/events`, { stream: 'true' });
    const response = await this.#caller.stream(call, options);
    const { deadlineAt } = options;
    return new EventStream(response, {
      ...options,
      ...(deadlineAt === undefined ? {} : { closeAfterMs: deadlineAt - this.timing.now() }),
    });
  }

  /** Every item of the conversation, newest first unless `order` says otherwise. */
  items(sessionId: string, query: PageQuery = {}, options?: CallOptions): AsyncGenerator<Item, void, undefined> {
    const pages = this.#itemPages(sessionId, options);
    return walkPages('listItems', query, (next) => pages.read(next));
  }

  /**
   * If the requested items together are larger than `maxResponseBytes`, the page has fewer items. A single item that is
   * too large is returned without its content (`omittedBytes`).
   */
  async itemsPage(sessionId: string, query: PageQuery = {}, options?: CallOptions): Promise<Page<Item>> {
    checkPageQuery(query);
    return await this.#itemPages(sessionId, options).read(query);
  }

  #itemPages(sessionId: string, options?: CallOptions): ItemPages {
    const call = (query: PageQuery) => {
      checkPageQuery(query);
      return read('listItems', `${sessionPath(sessionId)}/items`, queryOf(query));
    };
    return new ItemPages({
      whole: (query) => this.#caller.json(call(query), options, (value) => pageFrom<Item>('listItems', value)),
      skimmed: (query) => this.#caller.read(call(query), options, outlineOfItems),
    });
  }

  /** The model catalogue. A model in the catalogue isn't necessarily usable by Managed Agents. */
  async listModels(options?: CallOptions): Promise<ModelList> {
    return await this.#caller.json(read('listModels', MODELS), options, (value) => ({
      object: 'list',
      data: pageFrom<ModelList['data'][number]>('listModels', value).data,
    }));
  }

  /** Closes idle connections. Open streams are closed by their readers. */
  close(): void {
    this.#transport.close();
  }

  async #submit(
    operation: 'submitMessage' | 'cancelTurn',
    sessionId: string,
    events: InputEvent[],
    options?: CallOptions,
  ): Promise<void> {
    const path = `${sessionPath(sessionId)}/events`;
    const body = JSON.stringify({ events });
    await this.#caller.acknowledged({ operation, effect: 'once', method: 'POST', path, query: {}, body }, options);
  }
}

function read(operation: Call['operation'], path: string, query: Readonly<Record<string, string>> = {}): Call {
  return { operation, effect: 'read', method: 'GET', path, query };
}

function sessionPath(sessionId: string): string {
  checkId('sessionId', sessionId);
  return `${SESSIONS}/${encodeRfc3986(sessionId)}`;
}

function queryOf({ limit, order, after, agent_id }: ListSessionsQuery): Record<string, string> {
  return {
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(order === undefined ? {} : { order }),
    ...(after === undefined ? {} : { after }),
    ...(agent_id === undefined ? {} : { agent_id }),
  };
}

function sessionFrom(value: unknown, operation: Call['operation']): Session {
  if (isRecord(value) && typeof value['id'] === 'string' && typeof value['status'] === 'string') {
    return value as unknown as Session;
  }
  throw new ProtocolError(`${operation} was not answered with a session`, { operation });
}

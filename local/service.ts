/** Creates the local service and shuts it down. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Credentials, type KnownKey, PrincipalRegistry } from './auth/principals';
import { AgentCoreStandIn } from './compute/agentcore';
import { findCodexBinary } from './compute/codex-binary';
import type { ComputeProvider } from './compute/compute';
import { LifecycleProcessProvider } from './compute/lifecycle-process';
import { claimDataDirectory } from './data-directory';
import { EnvironmentRegistry } from './environment/registry';
import { Faults } from './faults/faults';
import { HarnessLoop } from './harness/harness-loop';
import { Operations } from './http/operations';
import { ApiServer } from './http/server';
import { AccountPolicies } from './iam/account-policies';
import { Authorizer } from './iam/authorizer';
import { deployed } from './iam/deployed-templates';
import { DEFAULT_MODELS, type LocalServiceOptions, OptionError } from './options';
import { DEFAULT_SCRIPT } from './script/script';
import { ScriptLoop } from './script/script-loop';
import { type LocalServiceAdmin, serviceAdmin } from './service-admin';
import type { AgentLoop } from './session/agent-loop';
import { SessionStore } from './session/store';
import { TurnRunner } from './session/turn-runner';

const SERVICE = 'bedrock-mantle';
const MAX_SKEW_MS = 5 * 60_000;

/** A running local service. */
export interface LocalService {
  /** Origin: give it to a client as its endpoint. */
  readonly url: string;
  readonly region: string;
  readonly accountId: string;
  /** Credentials of the caller role. */
  readonly credentials: Credentials;
  /** Whether calls are authorised against a template. */
  readonly authorises: boolean;
  readonly faults: Faults;
  readonly admin: LocalServiceAdmin;
  /** Additional variables of every STDIO MCP server: the endpoints of a local run. */
  readonly toolEnvironment: Record<string, string>;
  /** Every decision by the policies of the template; undefined without one. */
  readonly policies?: AccountPolicies;
  /**
   * Temporary credentials of a role: ARN, or with a template also name or logical id.
   *
   * @param sourceFunctionArn Lambda function whose execution environment has them
   */
  credentialsFor(role: string, expiresAt?: number, sourceFunctionArn?: string): Credentials;
  /** The identity of a key. */
  findKey(accessKeyId: string): KnownKey | undefined;
  /** Stops turns, compute and the server; removes the temporary directory. */
  close(): Promise<void>;
}

function loopOf(options: LocalServiceOptions): AgentLoop {
  if (options.modelEndpoint === undefined) return new ScriptLoop(options.script ?? DEFAULT_SCRIPT);
  return new HarnessLoop(findCodexBinary(options.codexBinary), options.modelEndpoint);
}

/** The binary is searched when compute is first needed, because the REST API works without it. */
function defaultCompute(options: LocalServiceOptions): ComputeProvider {
  return {
    start: (request) =>
      new LifecycleProcessProvider({ codexBinary: findCodexBinary(options.codexBinary), onLog: options.log }).start(
        request,
      ),
  };
}

/** Starts the service on 127.0.0.1. @throws OptionError when an option is wrong, Error when the port is taken */
export async function startLocalService(options: LocalServiceOptions = {}): Promise<LocalService> {
  const region = options.region ?? 'us-east-1';
  const accountId = options.accountId ?? '111122223333';
  const place = { accountId, region, partition: 'aws' };
  const now = options.now ?? Date.now;
  const faults = new Faults(options.faults);
  const policies =
    options.template === undefined
      ? undefined
      : (options.policies ?? new AccountPolicies(deployed(options.template, place, options.stacks), place));
  const authorizer = new Authorizer(place, policies);
  const principals = new PrincipalRegistry(randomBytes(16).toString('hex'));
  const roleArn = (reference: string): string => {
    if (!authorizer.enforced)
      return reference.startsWith('arn:') ? reference : `arn:aws:iam::${accountId}:role/${reference}`;
    const role = authorizer.role(reference);
    if (role === undefined) {
      const known = policies!.roles.map((r) => r.logicalId).join(', ');
      throw new OptionError(`There is no role "${reference}" in the template. Fix: name one of its roles: ${known}.`);
    }
    return role.arn;
  };
  if (authorizer.enforced && options.caller === undefined) {
    throw new OptionError(
      '--template needs the role that calls the service. Fix: add --caller with its logical id, name or ARN, or --message to run one turn as the roles of the template.',
    );
  }
  const temporary = options.dataDirectory === undefined;
  const directory = options.dataDirectory ?? mkdtempSync(path.join(tmpdir(), 'bma-local-'));
  const release = claimDataDirectory(directory);

  let url = '';
  const toolEnvironment: Record<string, string> = {};
  const store = new SessionStore(options.dataDirectory, options.onProblem);
  const registry = new EnvironmentRegistry({
    delayMs: () => faults.slowExecServerMs,
    onChange: (environmentId, change) => {
      const record = store.byEnvironment(environmentId);
      if (record === undefined) return;
      const { id, type } = record.environment;
      store
        .eventsOf(record.id)
        .emit(`agent.session.environment.${change}`, { environment: { id, type, status: change, error: null } });
    },
  });
  for (const record of store.all()) registry.add(record.environment.id);
  const agentcore = new AgentCoreStandIn({
    provider: options.compute ?? defaultCompute(options),
    mountRoot: path.join(directory, 'mounts'),
    region,
    endpoint: () => url,
    executionCredentials: (runtimeArn) =>
      principals.temporary(authorizer.executionRoleOf(runtimeArn) ?? roleArnOrUnknown(runtimeArn, accountId)),
    imagePaths: options.imagePaths ?? {},
    environment: options.containerEnvironment ?? {},
  });
  const runner = new TurnRunner({
    store,
    registry,
    agentcore,
    authorizer,
    faults,
    loop: loopOf(options),
    toolEnvironment,
    now,
    connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
    leaseSeconds: options.leaseSeconds ?? 60,
    idleTimeoutMs: options.idleTimeoutMs,
  });
  const operations = new Operations({
    accountId,
    models: options.models ?? DEFAULT_MODELS,
    store,
    runner,
    registry,
    agentcore,
    authorizer,
    faults,
    now,
    socketOrigin: () => url.replace(/^http/, 'ws'),
  });
  const server = new ApiServer({
    operations,
    registry,
    authorizer,
    faults,
    signatures: () => ({
      region,
      service: SERVICE,
      now: now(),
      maxSkewMs: MAX_SKEW_MS,
      findKey: (id) => principals.find(id),
    }),
    onRequest: ({ method, path: target, status, principal, requestId }) =>
      options.log?.(JSON.stringify({ method, path: target, status, principal, requestId })),
    onError: ({ name, message }) => options.onProblem?.(`A request failed: ${name}: ${message}`),
  });
  await new Promise<void>((resolve, reject) => {
    server.http.once('error', reject);
    server.http.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  url = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`;

  let closing: Promise<void> | undefined;
  return {
    url,
    region,
    accountId,
    credentials: principals.temporary(roleArn(options.caller ?? 'LocalCaller')),
    authorises: authorizer.enforced,
    faults,
    toolEnvironment,
    policies,
    credentialsFor: (role, expiresAt, sourceFunctionArn) =>
      principals.temporary(roleArn(role), expiresAt, sourceFunctionArn),
    findKey: (accessKeyId) => principals.find(accessKeyId),
    admin: serviceAdmin(store, runner, registry, agentcore),
    close: () =>
      (closing ??= (async () => {
        await runner.close();
        await agentcore.close();
        await server.close();
        release();
        if (temporary) rmSync(directory, { recursive: true, force: true });
      })()),
  };
}

/** Without a template there is one execution role; with one, a runtime that is not in it has none that is allowed anything. */
const roleArnOrUnknown = (runtimeArn: string, accountId: string): string =>
  `arn:aws:iam::${accountId}:role/LocalExecution-${runtimeArn.split('/').pop() ?? 'unknown'}`;

import * as path from 'node:path';
import { LIFECYCLE_VARIABLES as VARIABLES } from '../../lib/contracts/lifecycle-variables';
import { locateCodexBinary } from './codex-binary';
import type { ConnectionLimits } from './connection-limits';
import { LOG_LEVELS, type LogLevel } from './logging';

/** The settings of the lifecycle server. */
export interface LifecycleConfig {
  /** Address to listen on. AgentCore Runtime connects from outside the container. */
  readonly host: string;
  /** 8080 in AgentCore Runtime; 0 chooses a free port. */
  readonly port: number;
  /** Directory on the persistent mount for state.json, HOME and CODEX_HOME. */
  readonly stateDirectory: string;
  /** The native Codex binary. */
  readonly codexPath: string;
  /** Region of requests that name none. */
  readonly region?: string;
  /** Local development only: lets an endpoint be a loopback address. */
  readonly allowLoopbackEndpoint: boolean;
  /** Further environment variables that the exec server sees, by name. */
  readonly passEnvironment: readonly string[];
  /** Environment that variables are passed from. */
  readonly environment: NodeJS.ProcessEnv;
  /** Largest accepted request body. */
  readonly maxBodyBytes: number;
  /** Time between SIGTERM and SIGKILL of the exec server, in milliseconds. */
  readonly stopGraceMs: number;
  /** First and longest pause before a restart of the exec server, in milliseconds. */
  readonly restartBackoff: { readonly baseMs: number; readonly maxMs: number };
  /** An exec server that lived this long counts as healthy, in milliseconds. */
  readonly stableAfterMs: number;
  /** An exec server started after a failure counts as running once it has lived this long, in milliseconds. */
  readonly settleMs: number;
  /** Limits of open connections. */
  readonly connections: ConnectionLimits;
  /**
   * Process that adopts orphans, if all of these belong to this container: an init that is a child subreaper, or this
   * server itself as process 1. Commands that detached themselves are found through it.
   */
  readonly orphanAdopter?: number;
  readonly logLevel: LogLevel;
  /** Writes one log line. */
  readonly logLine?: (line: string) => void;
  /** OTLP/HTTP endpoint that spans are sent to; none are recorded without. */
  readonly otlpEndpoint?: string;
  readonly serviceName: string;
}

/** The configuration of a container, from its environment variables. @throws Error naming the variable that is wrong. */
export function configFromEnvironment(env: NodeJS.ProcessEnv): LifecycleConfig {
  const otlpEndpoint = text(env.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (otlpEndpoint !== undefined && !/^https?:\/\//.test(otlpEndpoint)) {
    throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL');
  }
  return {
    host: text(env[VARIABLES.host]) ?? '0.0.0.0',
    port: integer(env, VARIABLES.port, 8080, 0, 65_535),
    stateDirectory: absolute(env, VARIABLES.stateDirectory, '/mnt/agent/.bma'),
    codexPath: text(env[VARIABLES.codexPath]) ?? locateCodexBinary(__dirname),
    region: text(env.AWS_REGION) ?? text(env.AWS_DEFAULT_REGION),
    allowLoopbackEndpoint: flag(env, VARIABLES.allowLoopbackEndpoint),
    passEnvironment: (text(env[VARIABLES.passEnvironment]) ?? '').split(/[\s,]+/).filter((name) => name !== ''),
    environment: env,
    maxBodyBytes: integer(env, VARIABLES.maxBodyBytes, 256 * 1024, 1024, 16 * 1024 * 1024),
    stopGraceMs: 3_000,
    restartBackoff: {
      baseMs: integer(env, VARIABLES.restartBaseMs, 250, 1, 60_000),
      // Longest time that an attached container has no exec server although one could run. AWS's server checks every 5
      // s.
      maxMs: integer(env, VARIABLES.restartMaxMs, 5_000, 1, 300_000),
    },
    stableAfterMs: 60_000,
    settleMs: 1_000,
    connections: {
      headersMs: 5_000,
      requestMs: 10_000,
      idleMs: 5_000,
      silenceMs: 120_000,
      checkMs: 1_000,
      max: 128,
      maxWaiting: 64,
    },
    orphanAdopter: flag(env, VARIABLES.adoptsOrphans) ? (process.pid === 1 ? 1 : process.ppid) : undefined,
    logLevel: level(env),
    otlpEndpoint,
    serviceName: text(env.OTEL_SERVICE_NAME) ?? 'bma-lifecycle',
  };
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function integer(env: NodeJS.ProcessEnv, name: string, fallback: number, min: number, max: number): number {
  const given = text(env[name]);
  const value = given === undefined ? fallback : Number(given);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} must be an integer from ${min} to ${max}`);
  }
  return value;
}

function absolute(env: NodeJS.ProcessEnv, name: string, fallback: string): string {
  const value = text(env[name]) ?? fallback;
  if (!path.isAbsolute(value)) throw new Error(`${name} must be an absolute path`);
  return value;
}

function flag(env: NodeJS.ProcessEnv, name: string): boolean {
  const value = text(env[name]) ?? 'false';
  if (!['true', 'false', '1', '0'].includes(value)) throw new Error(`${name} must be true or false`);
  return value === 'true' || value === '1';
}

function level(env: NodeJS.ProcessEnv): LogLevel {
  const value = text(env[VARIABLES.logLevel]) ?? 'info';
  const known = LOG_LEVELS.find((candidate) => candidate === value);
  if (known === undefined) throw new Error(`${VARIABLES.logLevel} must be one of ${LOG_LEVELS.join(', ')}`);
  return known;
}

import type { CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { LIFECYCLE_VARIABLES } from '../contracts/lifecycle-variables';
import { AGENTCORE_LIMITS, BMA_LIMITS } from '../facts/agentcore-limits';
import { requireAbsoluteDirectory } from '../validation/absolute-directory';
import { requireSafeEnvironment } from '../validation/environment-variables';
import { InputError, requireInput, requirePattern } from '../validation/input-error';
import { plainText } from '../validation/policy-text';
import { requireUniqueName } from '../validation/unique-name';
import { derivedName } from './derived-name';
import type { SessionStorage } from './session-storage';

/*
 * Settings of a Runtime, checked against the limits of AgentCore and of Managed Agents.
 */

/** The name, or one that is derived from the construct. */
export function runtimeName(scope: Construct, name: string | undefined): string {
  if (name === undefined) {
    return derivedName(scope);
  }
  requirePattern(
    scope,
    'runtimeName',
    name,
    AGENTCORE_LIMITS.namePattern,
    'a letter, then letters, digits and underscores, at most 48 characters',
    "replace other characters, for example '-' by '_'",
  );
  requireUniqueName(scope, 'runtimeName', name);
  return name;
}

/** Refuses directories that a session can't have. */
export function requireDirectories(scope: Construct, workspace: string, directories: readonly string[]): void {
  requireAbsoluteDirectory(scope, 'workspaceDirectory', workspace);
  directories.forEach((directory) => requireAbsoluteDirectory(scope, 'capabilityDirectories', directory));
  requireInput(new Set(directories).size === directories.length, scope, {
    input: 'capabilityDirectories',
    value: directories,
    allowed: 'every directory once',
    fix: 'remove the repeated directory',
  });
  requireInput(directories.length <= BMA_LIMITS.capabilityDirectories, scope, {
    input: 'capabilityDirectories',
    value: `(${directories.length} directories)`,
    allowed: `at most ${BMA_LIMITS.capabilityDirectories} directories`,
    fix: 'group skills below fewer directories',
  });
}

/** The lifetime of the compute of a session. */
export function lifecycleSettings(
  scope: Construct,
  idle: Duration,
  max: Duration,
): CfnRuntime.LifecycleConfigurationProperty {
  const idleRuntimeSessionTimeout = wholeSeconds(scope, 'idleTimeout', idle);
  const maxLifetime = wholeSeconds(scope, 'maxLifetime', max);
  requireInput(idleRuntimeSessionTimeout <= maxLifetime, scope, {
    input: 'idleTimeout',
    value: idleRuntimeSessionTimeout,
    allowed: `at most the maxLifetime of ${maxLifetime} seconds`,
    fix: 'lower idleTimeout or raise maxLifetime',
  });
  return { idleRuntimeSessionTimeout, maxLifetime };
}

function wholeSeconds(scope: Construct, input: string, value: Duration): number {
  const seconds = value.toSeconds({ integral: false });
  const { min, max } = AGENTCORE_LIMITS.lifetimeSeconds;
  requireInput(Number.isInteger(seconds) && seconds >= min && seconds <= max, scope, {
    input,
    value: seconds,
    allowed: `${min} to ${max} whole seconds`,
    fix: 'choose a duration between one minute and eight hours',
  });
  return seconds;
}

/** The environment variables of the Runtime: the given ones, and those that the lifecycle server reads. */
export function runtimeVariables(
  scope: Construct,
  storage: SessionStorage,
  platformVersion: string,
  given: { [name: string]: string },
): { [name: string]: string } {
  const own = {
    [LIFECYCLE_VARIABLES.stateDirectory]: `${storage.mountPath ?? '/tmp'}/.bma`,
    // The lifecycle server passes only named variables to the agent's commands and tools.
    ...(Object.keys(given).length
      ? { [LIFECYCLE_VARIABLES.passEnvironment]: Object.keys(given).sort().join(',') }
      : {}),
  };
  requireSafeEnvironment(scope, 'environmentVariables', given, AGENTCORE_LIMITS.environmentValueLength);
  const reserved = Object.keys(given).find((name) => /^(BMA_|AWS_)/.test(name));
  if (reserved) {
    throw new InputError(scope, {
      input: `environmentVariables.${reserved}`,
      allowed: 'names that do not begin with BMA_ or AWS_, which the lifecycle server and the service set',
      fix: 'rename the variable',
    });
  }
  const all = { ...own, ...given };
  requireInput(Object.keys(all).length <= AGENTCORE_LIMITS.environmentVariables, scope, {
    input: 'environmentVariables',
    value: `(${Object.keys(given).length} variables)`,
    allowed: `at most ${AGENTCORE_LIMITS.environmentVariables - Object.keys(own).length} variables in addition to those set here`,
    fix: 'move configuration into a file of the image',
  });
  const bytes = Buffer.byteLength(plainText(scope, JSON.stringify(all)));
  const most =
    AGENTCORE_LIMITS.environmentBytes[platformVersion] ?? Math.min(...Object.values(AGENTCORE_LIMITS.environmentBytes));
  requireInput(bytes <= most, scope, {
    input: 'environmentVariables',
    value: `(${bytes} bytes with the ones set here)`,
    allowed: `at most ${most} bytes on platform version ${platformVersion}`,
    fix: 'move configuration into a file of the image, a parameter or a bucket',
  });
  return all;
}

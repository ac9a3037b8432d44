import { type App, type Environment, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { governedApp } from '../governed-app';
import { ENV } from '../governed-app';

/** The agent that an app is next to. */
export type Neighbour = ReturnType<typeof governedApp>;

/** An ordinary app: stacks as people write them with the L2 constructs of aws-cdk-lib. */
export interface OrdinaryApp {
  readonly name: string;
  /** Adds the stacks, which begin with `id`. */
  add(app: App, id: string, neighbour: Neighbour): void;
}

/** An app of one stack. */
export function oneStack(name: string, fill: (stack: Stack, neighbour: Neighbour) => void): OrdinaryApp {
  return {
    name,
    add: (app, id, neighbour) => fill(stackIn(app, id), neighbour),
  };
}

/** Constructs in the stack of the agent, because keys and policies of separate stacks would be a circular dependency. */
export function inAgentStack(name: string, fill: (scope: Construct, neighbour: Neighbour) => void): OrdinaryApp {
  return { name, add: (_, id, neighbour) => fill(new Construct(neighbour.stack, id), neighbour) };
}

export function stackIn(app: App, id: string, env: Environment = ENV): Stack {
  return new Stack(app, id, { env });
}

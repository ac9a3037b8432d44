import type { IndexedResource, TemplateIndex } from '../template-index';
import { allowing, namesService } from './agents';
import { roleOfCompute } from './reach';
import { type AslDefinition, type AslState, argumentsOf, definitionOf, invokedFunction, isTask } from './state-machine';
import { textAt } from './json';
import type { IndexedRole } from './roles';

/** A state machine that starts turns of an agent through functions it invokes, or by itself. */
export interface IndexedTurnWorkflow {
  readonly machine: IndexedResource;
  readonly definition: AslDefinition;
  /** True for a task that creates a session or sends a message to one. */
  readonly startsTurn: (task: AslState) => boolean;
}

/** The state machines that drive agents. One that only cancels or cleans up is none. */
export function turnWorkflows(index: TemplateIndex): readonly IndexedTurnWorkflow[] {
  return index.view(collect);
}

/** A task that has a guardrail judge text. */
export function isScreening(task: AslState, source: 'INPUT' | 'OUTPUT'): boolean {
  return isTask(task, 'aws-sdk:bedrockruntime:applyGuardrail') && textAt(argumentsOf(task), 'Source') === source;
}

function collect(index: TemplateIndex): IndexedTurnWorkflow[] {
  return index.ofType('AWS::StepFunctions::StateMachine').flatMap((machine) => {
    const definition = definitionOf(machine);
    if (!definition) {
      return [];
    }
    const starting = new Map<IndexedResource, boolean>();
    const startsTurn = (task: AslState): boolean => {
      const lambda = invokedFunction(index, task);
      if (!lambda) {
        return false;
      }
      if (!starting.has(lambda)) {
        const role = roleOfCompute(index, lambda);
        starting.set(lambda, role !== undefined && createsSessions(role));
      }
      return starting.get(lambda) === true;
    };
    return definition.states().some(startsTurn) ? [{ machine, definition, startsTurn }] : [];
  });
}

/** A cancel is an input event too, so sending events alone does not make a function one that starts turns. */
function createsSessions(role: IndexedRole): boolean {
  return allowing(role, 'bedrock-mantle:CreateAgentSession').some((statement) =>
    namesService(statement, 'bedrock-mantle'),
  );
}

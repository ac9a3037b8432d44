import type { Statement, WorkflowTask } from '../statement/statement';
import type { Card, Step } from './facts';
import { calledCard, reachCards } from './reach-cards';
import { counted, durationText, shortPath } from './words';

/** Operations of a task on a session while the agent works. Source: `StepKind` of the model. */
const WORK = ['opens a session', 'sends an event', 'looks at events'];

/**
 * The informative steps of a turn, in their order: the first record of the turn, screening, approval, staging and
 * delivery, evidence, and the last event. All operations on the session are one step.
 */
export function stepsOf({ workflow, bounds }: Statement): Step[] {
  const tasks = workflow?.tasks ?? [];
  const known = tasks
    .filter(({ calls }) => !calls.startsWith('lambda:'))
    .flatMap(({ on }) => on.map(({ name }) => name));
  const records = tasks.filter(({ calls }) => calls.startsWith('dynamodb:'));
  const events = tasks.filter(({ calls }) => calls === 'events:putEvents');
  const evidence = tasks.filter(({ calls }) => calls.startsWith('s3:'));
  const slots = bounds.find(({ name }) => name === `Turns at the same time in ${workflow?.name}`)?.value;
  const screened = new Set<string>();
  let works = false;
  return tasks.flatMap((task, index): Step[] => {
    const does = (kind: string) => task.does.includes(kind);
    if (does('screens input') || does('screens output')) {
      const cards = calledCards(task).map((card) => (screened.has(card.name) ? { ...card, notes: [] } : card));
      cards.forEach(({ name }) => screened.add(name));
      return [
        does('screens input')
          ? step('Screen the input', cards, ['blocked: nothing is opened'])
          : step('Screen the output', cards, ['blocked: nothing is published']),
      ];
    }
    if (does('waits for a decision')) {
      const asks = asking(tasks.slice(0, index));
      const expiry = task.timeoutSeconds === undefined ? [] : [`expires after ${durationText(task.timeoutSeconds)}`];
      return [step('Ask a person', asks.flatMap(calledCards), ['when it is asked for', ...expiry])];
    }
    if (WORK.some(does)) {
      const first = !works;
      works = true;
      return first
        ? [{ title: 'Open or resume the session, run the turn', notes: [], touches: [], session: true }]
        : [];
    }
    if (does('reads items')) {
      return [step(words(task.state), evidence.flatMap(calledCards))];
    }
    if (does('deletes a session')) {
      return [];
    }
    if (task === records[0]) {
      const atOnce = typeof slots === 'number' ? [`at most ${counted(slots, 'turn')} at a time`] : [];
      return [
        step(
          words(task.state),
          calledCards(task).map((card) => ({ ...card, notes: [...card.notes, ...atOnce] })),
        ),
      ];
    }
    if (task === events.at(-1)) {
      return [step(words(task.state), calledCards(task))];
    }
    const cards = task.calls.startsWith('lambda:') ? reachCards(task.reaches, known) : [];
    return cards.length > 0 ? [step(words(task.state), cards)] : [];
  });
}

function step(title: string, touches: readonly Card[], notes: readonly string[] = []): Step {
  return { title, notes, touches };
}

/** Tasks directly before a wait that tell somebody about it. */
function asking(before: readonly WorkflowTask[]): WorkflowTask[] {
  const asks = ({ calls }: WorkflowTask) => calls === 'events:putEvents' || calls.startsWith('sns:');
  const others = before.filter((task) => !asks(task));
  const last = others.at(-1);
  return before.slice(last ? before.indexOf(last) + 1 : 0);
}

function calledCards({ calls, on }: WorkflowTask): Card[] {
  const [service] = calls.split(':');
  return on.map(({ name, facts }) => calledCard(service, name, facts.length > 0 ? [facts.join(', ')] : []));
}

/** `StageTurn` → `Stage turn`. */
function words(state: string): string {
  const text = state.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** State machines of the app that ask for turns, and what their functions reach. */
export function requesterCards({ workflow }: Statement): Card[] {
  return (workflow?.requesters ?? []).map(({ name, itemsAtOnce, reaches }) => ({
    service: 'Step Functions',
    kind: 'events',
    name: shortPath(name),
    notes: [
      ...(itemsAtOnce === undefined
        ? []
        : [`one turn per item of a list${itemsAtOnce === 0 ? '' : `, at most ${itemsAtOnce} at the same time`}`]),
      ...reachCards(reaches).map(({ name: service, notes }) => `its functions: ${service}, ${notes.join('; ')}`),
    ],
  }));
}

import { asJson, cameAndWent, change, name, protection, reach, type Change } from './change';
import type { Reached, Statement } from './statement';

/** What the workflow of an agent does for it: its states, what their functions may use, and what screens or locks. */
export function workflow(before: Statement, after: Statement): Change[] {
  return [
    ...states(before, after),
    ...cameAndWent(reached(before), reached(after), (json, added) => {
      const [by, service, resource, does] = JSON.parse(json) as [string, string, string, string];
      return reach(added, ['have its workflow use ', name(`${service}: ${does} ${resource}`), ' in ', name(by)]);
    }),
    ...cameAndWent(facts(before), facts(after), (json, added) => {
      const [resource, fact] = JSON.parse(json) as [string, string];
      return protection(added, [name(fact), ' of ', name(resource)]);
    }),
    ...cameAndWent(before.deadLetterQueues, after.deadLetterQueues, (queue, added) =>
      change('other', 'neutral', [added ? 'failed deliveries are kept in ' : 'no delivery is kept in ', name(queue)]),
    ),
  ];
}

/** The states of an ordinary turn. One that is gone may have screened, approved or recorded, so a person looks at it. */
function states(before: Statement, after: Statement): Change[] {
  const of = ({ workflow: found }: Statement) =>
    (found?.tasks ?? []).map(({ state, calls, on }) => asJson([state, calls, on.map((each) => each.name)]));
  const textOf = (json: string) => JSON.parse(json) as [state: string, calls: string, on: string[]];
  if (before.workflow === undefined || after.workflow === undefined) {
    return [];
  }
  return cameAndWent(of(before), of(after), (json, added) => {
    const [state, calls, on] = textOf(json);
    const what = [name(state), ' (', name([calls, ...on].join(' ')), ') of the workflow'];
    return added
      ? change('other', 'neutral', ['added: the step ', ...what])
      : protection(false, ['the step ', ...what]);
  });
}

/** What the functions of each state, and of each machine that asks for turns, may use. */
function reached({ workflow: found }: Statement): string[] {
  const of = (by: string, reaches: readonly Reached[]) =>
    reaches.flatMap(({ service, resource, does }) =>
      does.map((verb) => asJson([by, service, withoutAsset(resource), verb])),
    );
  return [
    ...(found?.tasks ?? []).flatMap(({ state, reaches }) => of(state, reaches)),
    ...(found?.requesters ?? []).flatMap((requester) => of(requester.name, requester.reaches)),
  ];
}

/** The content of an asset changes its name: the session definition has another one after every change. */
function withoutAsset(resource: string): string {
  return resource.replace(/\/[0-9a-f]{64}\.(json|zip)$/, '/<asset>.$1');
}

/** The policies of a guardrail, the lock of a bucket. The type of a published event protects nothing. */
function facts({ workflow: found }: Statement): string[] {
  const called = (found?.tasks ?? []).flatMap(({ on }) => on);
  return called
    .filter(({ type }) => type !== 'AWS::Events::EventBus')
    .flatMap((each) => each.facts.map((fact) => asJson([each.name, fact])));
}

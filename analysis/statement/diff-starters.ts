import { asJson, change, name, protection, reach, cameAndWent, type Change } from './change';
import { diffGrants } from './diff-grants';
import { trustChange, trustPieces, trusts } from './diff-roles';
import { firesOn } from './phrases';
import type { Starter, Statement } from './statement';

/** The principals that may drive the agent. */
export function starters(before: Statement, after: Statement): Change[] {
  const drives = ({ starters: list }: Statement) =>
    list.flatMap(({ principal, may }) => may.map((drive) => asJson([principal, drive])));
  const byPrincipal = (list: readonly Starter[]) => new Map(list.map((starter) => [starter.principal, starter]));
  const [old, now] = [byPrincipal(before.starters), byPrincipal(after.starters)];
  const assumed = [...now].flatMap(([principal, { assumedBy }]) => {
    const was = old.get(principal);
    return was
      ? diffGrants(trusts(was.assumedBy), trusts(assumedBy), (verb, grants) => [
          'be used through ',
          name(principal),
          ' by ',
          ...(verb === 'conditions' ? trustChange(grants) : trustPieces(grants[0])),
        ])
      : [];
  });
  return [
    ...cameAndWent(drives(before), drives(after), (json, added) => {
      const [principal, drive] = JSON.parse(json) as [string, string];
      return reach(added, ['be used by ', name(principal), `, which may ${drive}`]);
    }),
    ...assumed,
  ];
}

/** The triggers of its turns, and their input. */
export function triggers(before: Statement, after: Statement): Change[] {
  const old = new Map(before.triggers.map((trigger) => [trigger.name, trigger]));
  const now = new Map(after.triggers.map((trigger) => [trigger.name, trigger]));
  const kept = [...now].flatMap(([id, trigger]): Change[] => {
    const was = old.get(id);
    if (!was) {
      return [];
    }
    const changes = cameAndWent(was.passesIn, trigger.passesIn, (what, added) =>
      reach(added, ['receive ', name(what), ' from the trigger ', name(id)]),
    );
    if (firesOn(was) !== firesOn(trigger)) {
      changes.push(
        change('other', 'neutral', [
          'the trigger ',
          name(id),
          ' fires on ',
          name(firesOn(trigger)),
          ' (before: on ',
          name(firesOn(was)),
          ')',
        ]),
      );
    }
    if (was.deadLetterQueue !== trigger.deadLetterQueue) {
      changes.push(protection(trigger.deadLetterQueue === true, ['the dead-letter queue of the trigger ', name(id)]));
    }
    return changes;
  });
  return [
    ...cameAndWent([...old.keys()], [...now.keys()], (id, added) => {
      const trigger = (added ? now : old).get(id)!;
      return reach(added, [`be started by the ${trigger.type} `, name(id), ' (', name(firesOn(trigger)), ')']);
    }),
    ...kept,
  ];
}

import { asJson, change, name, protection, reach, cameAndWent, type Change, type ChangeDirection } from './change';
import { boundText, outsideAccessText } from './phrases';
import type { OutsideAccess, Statement } from './statement';

/** Storage of its own, who else has access to stores, and how they are encrypted. */
export function stores(before: Statement, after: Statement): Change[] {
  const old = new Map(before.stores.map((store) => [store.name, store]));
  const now = new Map(after.stores.map((store) => [store.name, store]));
  const encryption = [...now].flatMap(([id, store]): Change[] => {
    const was = old.get(id);
    if (!was || was.encryption === store.encryption) {
      return [];
    }
    const customer = (text: string) => text.startsWith('customer-managed');
    const direction =
      customer(was.encryption) === customer(store.encryption)
        ? 'neutral'
        : customer(store.encryption)
          ? 'narrower'
          : 'wider';
    return [
      change('protection', direction, [
        'encryption of ',
        name(id),
        ': ',
        name(store.encryption),
        ' (before: ',
        name(was.encryption),
        ')',
      ]),
    ];
  });
  const own = (list: typeof before.stores) =>
    list.filter(({ by }) => by.includes('runtime')).map((store) => asJson([store.name, store.type]));
  const outside = ({ outsideAccess = [] }: Statement) => outsideAccess.map((access) => asJson(access));
  return [
    ...cameAndWent(outside(before), outside(after), (json, added) => {
      const access = JSON.parse(json) as OutsideAccess;
      const text = ['give ', name(access.who), ' access to ', name(access.to), ': ', name(outsideAccessText(access))];
      return reach(added, text);
    }),
    ...cameAndWent(own(before.stores), own(after.stores), (json, added) => {
      const [id, type] = JSON.parse(json) as [string, string];
      return reach(added, [`keep files in ${type} `, name(id)]);
    }),
    ...encryption,
  ];
}

/** What is recorded. */
export function audit({ audit: before }: Statement, { audit: after }: Statement): Change[] {
  const records = (list: typeof before.trails) =>
    list.flatMap(({ trail, records: recorded, multiRegion, validated, key }) => [
      asJson(['the trail', trail, `encrypted with ${key}`]),
      ...recorded.map((record) => asJson(['the record', record, `of the trail ${trail}`])),
      ...(multiRegion ? [asJson(['the record of every Region of the trail', trail, ''])] : []),
      ...(validated ? [asJson(['the file validation of the trail', trail, ''])] : []),
    ]);
  const keys = (list: typeof before.logGroups) =>
    list.map((group) => asJson(['the log group', group.name, `encrypted with ${group.key}`]));
  const alarms = (list: typeof before.alarms) => list.map((alarm) => asJson(['the alarm', alarm, '']));
  const all = (of: typeof before) => [...records(of.trails), ...keys(of.logGroups), ...alarms(of.alarms)];
  return cameAndWent(all(before), all(after), (json, added) => {
    const [what, id, detail] = JSON.parse(json) as [string, string, string];
    return protection(added, [`${what} `, name(id), ...(detail ? [' ', name(detail)] : [])]);
  });
}

/** Bounds that get wider when their number falls. */
const LESS_IS_WIDER = /^retention/i;

/** Limits in time, number and money; how long logs are kept. */
export function bounds(before: Statement, after: Statement): Change[] {
  const retention = ({ audit: { logGroups } }: Statement) =>
    logGroups.map((group) => ({ name: `Retention of ${group.name}`, value: group.retentionDays, unit: 'days' }));
  const old = new Map([...before.bounds, ...retention(before)].map((bound) => [bound.name, bound]));
  const now = new Map([...after.bounds, ...retention(after)].map((bound) => [bound.name, bound]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((id): Change[] => {
    const [was, is] = [old.get(id), now.get(id)];
    if (was && is) {
      const same = was.value === is.value && was.unit === is.unit;
      const text = [name(id), ': ', name(boundText(is)), ' (before: ', name(boundText(was)), ')'];
      return same ? [] : [change('bound', boundDirection(id, size(was.value), size(is.value)), text)];
    }
    // The bound was added or removed with its subject, except a budget, which has no other subject.
    const budget = id.startsWith('Budget ');
    return is
      ? [change('bound', budget ? 'narrower' : 'neutral', ['new: ', name(id), ': ', name(boundText(is))])]
      : [
          change('bound', budget ? 'wider' : 'neutral', [
            'removed: ',
            name(id),
            ' (before: ',
            name(boundText(was!)),
            ')',
          ]),
        ];
  });
}

function size(value: number | string): number {
  return typeof value === 'number' ? value : value === 'unbounded' ? Infinity : NaN;
}

function boundDirection(id: string, was: number, is: number): ChangeDirection {
  if (LESS_IS_WIDER.test(id)) {
    // A longer retention is more evidence. `0` means forever, and Infinity means that there are no logs.
    const kept = (days: number) => (days === 0 ? Infinity : days === Infinity ? -1 : days);
    return kept(is) < kept(was) ? 'wider' : 'narrower';
  }
  return Number.isNaN(was) || Number.isNaN(is) ? 'neutral' : is > was ? 'wider' : 'narrower';
}

import type { Guard } from '../../../analysis/model/guard';
import { printed } from '../../../analysis/model/printed-text';
import type { Place } from '../../../analysis/model/text';
import type { Network } from '../../../analysis/network/network';

/** One step from a resource through its network. */
export interface NetworkEdge {
  /** Id of the resource. */
  readonly from: string;
  /** Id of a resource, `internet`, `dns`, or `outside` and the id of what the way leads through. */
  readonly to: string;
  readonly kind: 'connects to' | 'resolves' | 'exits to';
  readonly guard: Guard;
  readonly certainty: 'yes' | 'maybe';
  readonly because: Place;
}

/** The destinations of a resource through its network. An unreadable mode may be the public one. */
export function edgesOf(network: Network): NetworkEdge[] {
  const from = network.of.id;
  return [
    ...network.modes
      .filter(({ mode }) => mode !== 'VPC' && mode !== 'SANDBOX')
      .map(({ mode, guard, place }): NetworkEdge => {
        const certainty = mode === 'PUBLIC' ? 'yes' : 'maybe';
        return { from, to: 'internet', kind: 'exits to', guard, certainty, because: place };
      }),
    ...network.ways.map(({ beyond, through, guard, certainty, place }): NetworkEdge => {
      const to = beyond === 'internet' ? 'internet' : `outside ${through ? printed(through) : ''}`.trim();
      return { from, to, kind: 'exits to', guard, certainty, because: place };
    }),
    ...network.connections.map(({ to, guard, certainty, flow }): NetworkEdge => ({
      from,
      to: to.id,
      kind: 'connects to',
      guard,
      certainty,
      because: flow.place,
    })),
    ...network.names.flatMap(({ vpc, resolution }): NetworkEdge[] => {
      const open = vpc.guard.and(resolution.limited.not());
      return [
        ...(open.possible()
          ? [
              {
                from,
                to: 'dns',
                kind: 'resolves',
                guard: open,
                certainty: 'yes',
                because: resolution.place ?? vpc.place,
              } as const,
            ]
          : []),
        ...resolution.forwarded.map(({ through, guard, certainty, place }): NetworkEdge => {
          const to = `outside ${through ? printed(through) : ''}`.trim();
          return { from, to, kind: 'resolves', guard, certainty, because: place };
        }),
      ];
    }),
  ];
}

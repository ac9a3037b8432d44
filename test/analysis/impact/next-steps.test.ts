import { NEXT_STEP_APPS } from './next-step-apps';
import { expectedOf, nextSteps } from './next-steps';

// One that is refused in a second Stage; the others, and the examples, are compared by `npm run test:soak`: each is synthesized nine times.
const CHOSEN = ['agent with a name, later other instructions'];

test.each(NEXT_STEP_APPS.filter(({ kind }) => CHOSEN.includes(kind)))(
  'what comes after the first deployment: $kind',
  (app) => {
    expect(nextSteps(app.add)).toEqual(expectedOf(app));
  },
);

import { COMPUTE } from './apps/compute';
import { DATA } from './apps/data';
import { DELIVERY } from './apps/delivery';
import { NARROWED } from './apps/narrowed';
import { WITH_THE_AGENT } from './apps/with-the-agent';
import { testOrdinary } from './ordinary';

// More are in `npm run test:soak`.
testOrdinary([...COMPUTE, ...DATA, ...DELIVERY, ...WITH_THE_AGENT, ...NARROWED], 30);

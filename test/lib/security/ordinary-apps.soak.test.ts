import { ANALYTICS } from './apps/analytics';
import { LANDING_ZONE } from './apps/landing-zone';
import { WEB } from './apps/web';
import { testOrdinary } from './ordinary';

testOrdinary([...WEB, ...ANALYTICS, ...LANDING_ZONE], 40);

import { CDK_ATTACKS } from './cdk-attacks';
import { testRefused } from './refused-attacks';

testRefused(CDK_ATTACKS);

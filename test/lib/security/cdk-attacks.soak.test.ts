import { CDK_ATTACKS } from './cdk-attacks';
import { CDK_CODE_ATTACKS } from './cdk-code-attacks';
import { CDK_SERVICE_ATTACKS } from './cdk-service-attacks';
import { testRefused } from './refused-attacks';

testRefused([...CDK_ATTACKS, ...CDK_CODE_ATTACKS, ...CDK_SERVICE_ATTACKS]);

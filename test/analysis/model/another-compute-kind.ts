/*
 * Another kind of compute is one row. The row is one of builds that connect to the service by themselves: nobody drives
 * them, the type is used by others, too, and it has neither session storage nor an idle timeout. Tables are derived from the
 * rows when a file is loaded: import this file before any other.
 */
import { COMPUTE_KINDS, type ComputeKind } from '../../../lib/facts/compute-kinds';

(COMPUTE_KINDS as ComputeKind[]).push({
  type: 'AWS::CodeBuild::Project',
  name: 'CodeBuild',
  service: 'codebuild.amazonaws.com',
  role: 'ServiceRole',
  chosenName: 'Name',
  addsSuffix: false,
  subnets: ['VpcConfig', 'Subnets'],
  securityGroups: ['VpcConfig', 'SecurityGroupIds'],
  image: ['Environment', 'Image'],
  maxLifetime: ['TimeoutInMinutes'],
  defaultIdleSeconds: 0,
  properties: [],
  endpoints: [],
  dataEvents: {},
  prices: { vcpuHour: 'vcpuHour', memoryHour: 'memoryHour' },
});

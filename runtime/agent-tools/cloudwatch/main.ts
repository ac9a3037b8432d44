/** MCP server `cloudwatch`: logs, metrics and alarms of the named log groups, namespaces and alarms. Read-only. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CLOUDWATCH_VARIABLES as VARIABLES } from '../../../lib/contracts/tool';
import { clientOptions } from '../server/aws';
import { serve } from '../server/tool-server';
import { alarmTools } from './alarms';
import { LogQueries } from './log-queries';
import { logTools } from './logs';
import { metricTools } from './metrics';

const ONE_YEAR = 366 * 24 * 3600;

void serve('cloudwatch', (settings) => {
  const maxTimeRangeSeconds = settings.wholeNumber(VARIABLES.maxTimeRangeSeconds, 60, ONE_YEAR);
  const maxResults = settings.wholeNumber(VARIABLES.maxResults, 1, 10_000);
  const logGroups = settings.list(VARIABLES.logGroups);
  const namespaces = settings.list(VARIABLES.metricNamespaces);
  const alarms = settings.list(VARIABLES.alarms, '\n');
  const cloudWatch = new CloudWatchClient(clientOptions);
  return [
    ...(logGroups.length > 0
      ? logTools({
          logGroups,
          maxTimeRangeSeconds,
          maxResults,
          queries: new LogQueries(
            new CloudWatchLogsClient(clientOptions),
            settings.wholeNumber(VARIABLES.maxScannedBytes, 1, Number.MAX_SAFE_INTEGER),
          ),
        })
      : []),
    ...(namespaces.length > 0 ? metricTools(cloudWatch, { namespaces, maxTimeRangeSeconds }) : []),
    ...(alarms.length > 0 ? alarmTools(cloudWatch, { alarms, maxTimeRangeSeconds }) : []),
  ];
});

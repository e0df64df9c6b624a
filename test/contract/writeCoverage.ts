// npm run coverage: writes into CONTRIBUTING.md which commands of redis-server 7.0 the practice server has.
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp } from '../support/respClient.ts';
import { commandsOf, coverageTable, writeCoverage } from './coverageTable.ts';
import { startPractice } from './practice.ts';

const [server, practice] = await Promise.all([startRedisServer(), startPractice()]);
const theirs = await connectResp(server.port);
const ours = practice.openStream();
try {
  const [real, had] = await Promise.all([commandsOf(theirs), commandsOf(ours)]);
  await writeCoverage(coverageTable(new Set(real.keys()), new Set(had.keys())));
} finally {
  theirs.close();
  ours.close();
  await practice.close();
  await server.stop();
}

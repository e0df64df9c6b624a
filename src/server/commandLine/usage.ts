/** How the program is used, as redis-server's own text and in its order. */
export function usage(samples: readonly string[]): string {
  return `Usage: npm run serve -- [/path/to/redis.conf] [options] [-]
       npm run serve -- - (read config from stdin)
       npm run serve -- -v or --version
       npm run serve -- -h or --help
       npm run serve -- --check-system

This is the practice server of Keyspace. It takes what redis-server takes:
       npm run serve (port 6379, nothing but the defaults)
       echo 'maxmemory 128mb' | npm run serve -- -
       npm run serve -- /etc/redis/6379.conf
       npm run serve -- --port 7777 --requirepass secret
       npm run serve -- /etc/myredis.conf --loglevel verbose -
and has one option of its own:
       --sample ${samples.join('|')} (fills database 0)
`;
}

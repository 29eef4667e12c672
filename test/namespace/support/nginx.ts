import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { freePort } from '../../../testkit/free-port.ts'
import { runNginx } from '../../support/nginx.ts'
import { credentials } from '../../support/servers.ts'

/** A real nginx that answers every request with 200 and `{}`, and is gone when the test ends. */
export interface Nginx {
  readonly port: number
  /** `nginx -s reload`: new workers take over, the old ones close the connections that they keep. */
  reload(): Promise<void>
  /** Every request that it answered, as `POST /path`, in order. */
  answered(): Promise<readonly string[]>
}

/** Starts nginx with a number of requests for each connection. */
export async function startNginx(requestsPerConnection: number): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-nginx-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const port = await freePort()
  await writeFile(join(directory, 'key.pem'), credentials.key)
  await writeFile(join(directory, 'cert.pem'), credentials.cert)
  await writeFile(join(directory, 'nginx.conf'), configure(directory, port, requestsPerConnection))
  const files = ['-p', directory, '-c', 'nginx.conf']
  await runNginx(files, port)
  return {
    port,
    reload: async () => void (await promisify(execFile)('nginx', [...files, '-s', 'reload'])),
    answered: async () => (await readFile(join(directory, 'access.log'), 'utf8')).trim().split('\n'),
  }
}

function configure(directory: string, port: number, requestsPerConnection: number): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
    user root;
    worker_processes 2;
    worker_shutdown_timeout 5s;
    pid ${directory}/nginx.pid;
    error_log ${directory}/error.log;
    events { worker_connections 512; }
    http {
      ${folders.map((folder) => `${folder}_temp_path ${directory}/${folder};`).join(' ')}
      log_format request '$request_method $uri';
      access_log ${directory}/access.log request;
      keepalive_requests ${requestsPerConnection};
      server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${directory}/cert.pem;
        ssl_certificate_key ${directory}/key.pem;
        location / { return 200 '{}'; }
      }
    }`
}

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Credentials } from '../testkit/certificates.ts'
import { freePort } from '../testkit/free-port.ts'
import { routes } from './examples.ts'
import { startProgram } from './program.ts'
import type { Received, Receiver } from './receiver.ts'
import type { Tool } from './tools.ts'

export interface NginxOptions {
  readonly credentials: Credentials
  readonly core: number | undefined
  /** A directory for the files of nginx alone. */
  readonly directory: string
}

/** nginx with the responses as files: it uses little processor time. It checks only the length of a body. */
export async function startNginx({ command, version }: Tool, options: NginxOptions): Promise<Receiver> {
  const { credentials, core, directory } = options
  const port = await freePort()
  const statusPort = await freePort()
  const configuration = await writeFiles(directory, credentials, configure({ port, statusPort }))
  const status = new Status(statusPort, join(directory, wrongLog))
  const program = await startProgram({
    command: [command, '-p', directory, '-c', configuration],
    env: {},
    core,
    logFile: join(directory, 'output.log'),
    isReady: () => status.isUp(),
  })
  return {
    name: `nginx ${version}`,
    port,
    pid: program.pid,
    received: () => status.read(),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

const wrongLog = 'wrong.log'

/**
 * The counters of nginx. It counts all requests, but logs only wrong ones: a line per right one would cost too much.
 */
class Status {
  readonly #url: string
  readonly #wrongLog: string
  #asked = 0

  constructor(port: number, wrongLog: string) {
    this.#url = `http://127.0.0.1:${port}/`
    this.#wrongLog = wrongLog
  }

  async isUp(): Promise<boolean> {
    try {
      await this.read()
      return true
    } catch {
      return false // nothing listens yet
    }
  }

  async read(): Promise<Received> {
    const page = await (await fetch(this.#url)).text()
    this.#asked += 1 // asking for the status counts as a request, too
    const [, requests] = /^ \d+ \d+ (\d+)/m.exec(page) ?? []
    const wrong = (await readFile(this.#wrongLog, 'latin1')).split('\n').length - 1
    return { right: Number(requests) - this.#asked - wrong, wrong }
  }
}

async function writeFiles(directory: string, { key, cert }: Credentials, configuration: string) {
  await mkdir(join(directory, 'answers'), { recursive: true })
  const file = join(directory, 'nginx.conf')
  await writeFile(join(directory, 'key.pem'), key, { mode: 0o600 })
  await writeFile(join(directory, 'cert.pem'), cert)
  await writeFile(file, configuration)
  for (const [at, { answer }] of routes.entries())
    await writeFile(join(directory, 'answers', `${at}.json`), answer)
  return file
}

interface Ports {
  readonly port: number
  readonly statusPort: number
}

/**
 * Paths are relative to the directory. There is one process without a master, so that killing it ends nginx. nginx
 * refuses a POST to a file with 405, so the handler of 405 sends the file with 201.
 */
function configure({ port, statusPort }: Ports): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
  ${temporary.map((name) => `${name}_temp_path ${name};`).join(' ')}
  map_hash_bucket_size 256;
  map $request_uri $answer { default /none; ${routes.map(({ path }, at) => `"${path}" /answers/${at}.json;`).join(' ')} }
  map "${seen.join(' ')}" $is_wrong { default 1; ${routes.map((route) => `"~${composePattern(route)}" 0;`).join(' ')} }
  log_format wrong '$request';
  access_log ${wrongLog} wrong if=$is_wrong;
  default_type application/json;
  etag off;
  max_ranges 0;
  open_file_cache max=100;
  open_file_cache_valid 1h;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port} ssl backlog=1024;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    root .;
    location / { rewrite ^ $answer last; }
    location /answers/ { internal; error_page 405 =201 $uri; }
  }
  server {
    listen 127.0.0.1:${statusPort};
    access_log off;
    location / { stub_status; }
  }
}
`
}

const headerNames = [...new Set(routes.flatMap(({ headers }) => Object.keys(headers)))]

/** The parts of a request that nginx checks. */
const seen = [
  '$request',
  ...headerNames.map((name) => `$http_${name.replaceAll('-', '_')}`),
  '$content_length',
]

function composePattern({ path, headers, lengthDigits }: (typeof routes)[number]): string {
  const texts = [`POST ${path} HTTP/1.1`, ...headerNames.map((name) => headers[name] ?? '')]
  const literal = texts.join(' ').replaceAll(/[.?+*|()[\]{}^$\\]/g, '\\$&')
  return `^${literal} \\d{${lengthDigits},}$`
}

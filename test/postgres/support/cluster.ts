import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A PostgreSQL server of its own, in a temporary folder. It listens on a socket in that folder, and at no port. */
export class Cluster {
  readonly folder: string
  readonly #programs = findPrograms()
  readonly #user = findUser()

  /** Makes the server's files, with further settings. PostgreSQL does not run as root: then it runs as an ordinary user. */
  constructor(more: readonly string[] = []) {
    this.folder = mkdtempSync(join(tmpdir(), 'webhook-node-postgres-'))
    if (this.#user !== null) chownSync(this.folder, this.#user.uid, this.#user.gid)
    chmodSync(this.folder, 0o755)
    this.#run(
      'initdb',
      '-D',
      this.data,
      '-U',
      'tester',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    )
    const settings = [
      `unix_socket_directories = '${this.folder}'`,
      "listen_addresses = ''",
      'max_connections = 200',
      'shared_buffers = 64MB',
      // What is shown here has nothing to do with the disk, save where a test says so.
      'fsync = off',
      ...more,
    ]
    writeFileSync(join(this.data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`)
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  /** The process that all others of the server come from. */
  get pid(): number {
    return Number(execFileSync('head', ['-1', join(this.data, 'postmaster.pid')], { encoding: 'utf8' }))
  }

  /** Writes a file of the server into its folder, for the server alone. */
  write(name: string, text: string): void {
    const path = join(this.data, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (this.#user !== null) chownSync(path, this.#user.uid, this.#user.gid)
  }

  /** Sends a signal to all processes of the server. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this
    for (const one of [pid, ...listChildren(pid)]) process.kill(one, signal)
  }

  /** A folder beside those of the server, which belongs to it. */
  makeFolder(name: string): string {
    const path = join(this.folder, name)
    mkdirSync(path, { mode: 0o700 })
    if (this.#user !== null) chownSync(path, this.#user.uid, this.#user.gid)
    return path
  }

  /** The write-ahead log has a folder of its own from now on, which is returned. */
  moveLog(): string {
    const path = join(this.folder, 'wal')
    renameSync(join(this.data, 'pg_wal'), path)
    symlinkSync(path, join(this.data, 'pg_wal'))
    return path
  }

  /**
   * Starts the server with a disk of its own for one folder, on which so many MiB are free until `makeRoom` is called. Where it has failed
   * before, it is started again then.
   */
  startInLittleRoom(path: string, mebibytes: number): void {
    const program = join(this.#programs, 'postgres')
    const [name = '', ...args] = this.#asUser([
      ...['unshare', '--user', '--mount', '--map-root-user', 'sh', '-euc', littleRoom, 'sh'],
      ...[path, String(mebibytes), program, this.data, join(this.folder, 'room')],
    ])
    spawn(name, args, { stdio: 'ignore', cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } })
  }

  makeRoom(): void {
    writeFileSync(join(this.folder, 'room'), '')
  }

  start(): void {
    this.#run('pg_ctl', '-D', this.data, '-l', join(this.folder, 'log'), '-w', '-t', '30', 'start')
  }

  stop(mode: 'fast' | 'immediate' = 'immediate'): void {
    this.#run('pg_ctl', '-D', this.data, '-m', mode, '-w', '-t', '30', 'stop')
  }

  delete(): void {
    if (existsSync(join(this.data, 'postmaster.pid'))) this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #run(program: string, ...args: string[]): void {
    const [name = '', ...rest] = this.#asUser([join(this.#programs, program), ...args])
    // Files, not pipes: the server would keep these open.
    const { status } = spawnSync(name, rest, {
      stdio: 'ignore',
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    })
    if (status !== 0) throw new Error(`${program} ended with ${status}`)
  }

  #asUser(command: readonly string[]): readonly string[] {
    if (this.#user === null) return command
    const { uid, gid } = this.#user
    return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command]
  }
}

/** The server itself refuses to be root, also where root is no more than the user who has started it. */
const littleRoom = `
folder=$1 size=$2 program=$3 data=$4 room=$5
cp -a "$folder" "$folder.before"
mount -t tmpfs -o "size=$((size + 64))m,mode=0700" tmpfs "$folder"
cp -a "$folder.before/." "$folder"
fallocate -l 64M "$folder/filler"
make_room() {
  until [ -e "$room" ]; do [ -d "$data" ] || exit 0; sleep 0.1; done
  rm "$folder/filler"
}
run() { unshare --user --map-user=1000 "$program" -D "$data" >>"$data/../log" 2>&1; }
make_room &
run && exit 0
wait
[ ! -d "$data" ] || run
`

function listChildren(pid: number): readonly number[] {
  const tasks = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return tasks === '' ? [] : tasks.split(' ').map(Number)
}

/** All that is stored, as a backup has it. */
export function dump(folder: string, schema: string): string {
  return execFileSync(
    join(findPrograms(), 'pg_dump'),
    ['-h', folder, '-U', 'tester', '-n', schema, 'postgres'],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  )
}

/** Debian puts them in no folder of PATH. */
function findPrograms(): string {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  const folder = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => `/usr/lib/postgresql/${version}/bin`)
    .find((bin) => existsSync(join(bin, 'initdb')))
  if (folder === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return folder
}

const ordinaryUser = { uid: 65_534, gid: 65_534 }

/** Null where this process is an ordinary user itself. */
function findUser(): { readonly uid: number; readonly gid: number } | null {
  return process.getuid?.() === 0 ? ordinaryUser : null
}

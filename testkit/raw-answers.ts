/** The status line of a response. */
export const ok = 'HTTP/1.1 200 OK\r\n'
/** A head behind which chunks follow. */
export const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`
/** A whole response. */
export const sound = `${ok}content-length: 2\r\n\r\nhi`

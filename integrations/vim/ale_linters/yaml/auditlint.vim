" Description: auditlint, which checks Kubernetes audit policies and kube-apiserver manifests

call ale#Set('yaml_auditlint_executable', 'auditlint')
call ale#Set('yaml_auditlint_options', '')

function! ale_linters#yaml#auditlint#GetCommand(buffer) abort
    return '%e check --format=text --color=never'
    \   . ale#Pad(ale#Var(a:buffer, 'yaml_auditlint_options'))
    \   . ' --stdin-filename %s -'
endfunction

" Columns of auditlint count characters, those of Vim bytes.
function! ale_linters#yaml#auditlint#Handle(buffer, lines) abort
    let l:types = {'error': 'E', 'warning': 'W', 'info': 'I', 'note': 'I'}
    let l:pattern = '\v^(.{-1,}):(\d+):(\d+): (error|warning|info|note): (.*)$'
    let l:output = []

    for l:match in ale#util#GetMatches(a:lines, l:pattern)
        let l:text = get(getbufline(a:buffer, l:match[2]), 0, '')
        call add(l:output, {
        \   'lnum': str2nr(l:match[2]),
        \   'col': byteidx(l:text, str2nr(l:match[3]) - 1) + 1,
        \   'type': l:types[l:match[4]],
        \   'text': l:match[5],
        \})
    endfor

    return l:output
endfunction

call ale#linter#Define('yaml', {
\   'name': 'auditlint',
\   'executable': {b -> ale#Var(b, 'yaml_auditlint_executable')},
\   'command': function('ale_linters#yaml#auditlint#GetCommand'),
\   'callback': 'ale_linters#yaml#auditlint#Handle',
\})

" Compiler: auditlint, which checks Kubernetes audit policies and kube-apiserver manifests
" Use:      :compiler auditlint, then :make for this file, or :make . for the folder too

if exists('current_compiler')
  finish
endif
let current_compiler = 'auditlint'

if exists(':CompilerSet') != 2
  command -nargs=* CompilerSet setlocal <args>
endif

CompilerSet makeprg=auditlint\ check\ --format=text\ --color=never\ %:S\ $*
" Columns count characters: those of the screen are nearest to them, %c would be bytes.
CompilerSet errorformat=%f:%l:%v:\ %trror:\ %m
CompilerSet errorformat+=%f:%l:%v:\ %tarning:\ %m
CompilerSet errorformat+=%f:%l:%v:\ %tnfo:\ %m
CompilerSet errorformat+=%f:%l:%v:\ %tote:\ %m

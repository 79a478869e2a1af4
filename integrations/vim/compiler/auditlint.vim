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
CompilerSet errorformat=%f:%l:%c:\ %trror:\ %m
CompilerSet errorformat+=%f:%l:%c:\ %tarning:\ %m
CompilerSet errorformat+=%f:%l:%c:\ %tnfo:\ %m
CompilerSet errorformat+=%f:%l:%c:\ %tote:\ %m

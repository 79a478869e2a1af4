-- auditlint for nvim-lint, which finds this file where integrations/vim is on the runtimepath.

local severity = {
  error = vim.diagnostic.severity.ERROR,
  warning = vim.diagnostic.severity.WARN,
  info = vim.diagnostic.severity.INFO,
  note = vim.diagnostic.severity.HINT,
}

-- Columns of auditlint count characters from 1, those of Neovim bytes from 0.
local function column(bufnr, line, character)
  local text = vim.api.nvim_buf_get_lines(bufnr, line, line + 1, false)[1] or ""
  local found, byte = pcall(vim.str_byteindex, text, character)
  return found and byte or character
end

local function parse(output, bufnr)
  local diagnostics = {}
  for said in output:gmatch("[^\r\n]+") do
    local line, character, level, message = said:match("^.-:(%d+):(%d+): (%a+): (.*)$")
    if severity[level] then
      line = tonumber(line) - 1
      table.insert(diagnostics, {
        lnum = line,
        col = column(bufnr, line, tonumber(character) - 1),
        severity = severity[level],
        message = message,
        source = "auditlint",
      })
    end
  end
  return diagnostics
end

return {
  cmd = "auditlint",
  stdin = true,
  args = {
    "check",
    "--format=text",
    "--color=never",
    "--stdin-filename",
    function()
      return vim.api.nvim_buf_get_name(0)
    end,
    "-",
  },
  stream = "stdout",
  ignore_exitcode = true,
  parser = parse,
}

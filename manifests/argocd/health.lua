-- The health of an EcommerceStack for Argo CD, from its conditions. Put it into the ConfigMap argocd-cm under
-- resource.customizations.health.ecommercestack.dev_EcommerceStack (docs/GITOPS.md).

local generation = obj.metadata.generation
local conditions = {}
if obj.status ~= nil and obj.status.conditions ~= nil and obj.status.observedGeneration == generation then
  for _, condition in ipairs(obj.status.conditions) do
    if condition.observedGeneration == generation then
      conditions[condition.type] = condition
    end
  end
end

local ready, progressing, degraded = conditions.Ready, conditions.Progressing, conditions.Degraded
if ready == nil or progressing == nil or degraded == nil then
  return {status = "Progressing", message = "the operator has not looked at this generation yet"}
end

-- Each of these ends only by what somebody does, or by the clock.
local waits = {Paused = true, Stopped = true, WaitingForApproval = true, OutsideWindow = true}
if degraded.status == "True" then
  return {status = "Degraded", message = degraded.message}
elseif waits[progressing.reason] then
  return {status = "Suspended", message = progressing.message}
elseif ready.status == "True" then
  return {status = "Healthy", message = ready.message}
end
return {status = "Progressing", message = progressing.status == "True" and progressing.message or ready.message}
